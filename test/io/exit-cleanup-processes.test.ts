import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleScript } from '../helpers/bundle-script.ts';

const script = await bundleScript('processes/hold-on.mjs');
afterAll(() => rmSync(script.folder, { recursive: true }));

function start(graceMs: number) {
  const file = join(script.folder, `file-${graceMs}`);
  const child = spawn(process.execPath, [script.path, file, String(graceMs)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const printed: string[] = [];
  child.stdout.on('data', (bytes) => printed.push(String(bytes)));
  return { child, file, text: () => printed.join('') };
}

describe('a program that does not end by itself', () => {
  it('ends at the second signal, cleaned up', async () => {
    const { child, file, text } = start(60_000);
    await expect.poll(text, { timeout: 10_000 }).toContain('ready');
    child.kill('SIGINT');
    await expect.poll(text, { timeout: 10_000 }).toContain('aborted');
    expect(existsSync(file)).toBe(true);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
    expect(existsSync(file)).toBe(false);
    // The last registered first; one that throws does not keep the others from running.
    expect(text()).toBe('ready\naborted\nfirst\n');
  });

  it('ends when its time is over', async () => {
    const { child, file, text } = start(100);
    await expect.poll(text, { timeout: 10_000 }).toContain('ready');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
    expect(existsSync(file)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('a program whose threads wait in the system', () => {
  const stuck = async (...way: string[]) => {
    const { folder, path } = await bundleScript('processes/stuck-threads.mjs');
    const [pipe, file] = [join(folder, 'pipe'), join(folder, 'file')];
    execFileSync('mkfifo', [pipe]);
    const child = spawn(process.execPath, [path, pipe, file, ...way], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const told = textOf(child.stderr);
    const printed: string[] = [];
    child.stdout.on('data', (bytes) => printed.push(String(bytes)));
    await expect.poll(() => printed.join(''), { timeout: 20_000 }).toContain('ready');
    return { child, file, printed, told, remove: () => rmSync(folder, { recursive: true }) };
  };

  it.each([
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
  ] as const)('ends by %s, cleaned up, in the time that it has', async (signal) => {
    const { child, file, printed, told, remove } = await stuck();
    const startedAt = performance.now();
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]);
    // A second; the rest is for a machine that does much else.
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(printed.join('')).toBe('ready\naborted\n');
    expect(await told).toMatch(/^error: Interrupted \(SIG[A-Z]+\).*\[interrupted\]\n$/);
    expect(existsSync(file)).toBe(false);
    remove();
  }, 60_000);

  it('ends by a signal while its exit waits for them', async () => {
    const { child, file, remove } = await stuck('exit');
    await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(false);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
    remove();
  }, 60_000);
});
