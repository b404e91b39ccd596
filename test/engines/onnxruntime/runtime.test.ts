import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rcc-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What a process says that loads onnxruntime on these threads in turn. */
function loadOn(threads: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const script = 'test/fixtures/processes/load-onnxruntime.mjs';
  const { stdout, stderr } = spawnSync(process.execPath, [script, ...threads], {
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: tmpdir(), ...env },
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.trim();
}

describe('onnxruntime', () => {
  it('leaves nothing in the home folder', () => {
    expect(loadOn(['main'])).toBe('loaded');
    expect(readdirSync(home)).toEqual([]);
  });

  it('is told to be silent whatever the user set', () => {
    expect(loadOn(['main'], { ORT_DISABLE_TELEMETRY: '0' })).toBe('loaded');
    expect(readdirSync(home)).toEqual([]);
  });

  it('is not loaded by a worker thread, which could not tell it to be silent', () => {
    expect(loadOn(['thread'])).toBe('engine-thread-telemetry');
    expect(readdirSync(home)).toEqual([]);
  });

  it.each([
    ['the process was started so', ['thread'], { ORT_DISABLE_TELEMETRY: '1' }, 'loaded'],
    ['the main thread was first', ['main', 'thread'], {}, 'loaded\nloaded'],
  ] as const)('is loaded by a worker thread where %s', (_when, threads, env, expected) => {
    expect(loadOn(threads, env)).toBe(expected);
    expect(readdirSync(home)).toEqual([]);
  });
});
