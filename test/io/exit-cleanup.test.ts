import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onExit } from '../../src/io/exit-cleanup.ts';
import { bundleScript } from '../helpers/bundle-script.ts';

const script = await bundleScript('processes/hold-on.mjs');
afterAll(() => rmSync(script.folder, { recursive: true }));

function start(graceMs: number) {
  const file = join(script.folder, `file-${graceMs}`);
  const child = spawn(process.execPath, [script.path, file, String(graceMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(existsSync(file)).toBe(false);
    // The last registered first; one that throws does not keep the others from running.
    expect(text()).toBe('ready\naborted\nfirst\n');
  });

  it('ends when its time is over', async () => {
    const { child, file, text } = start(100);
    await expect.poll(text, { timeout: 10_000 }).toContain('ready');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(existsSync(file)).toBe(false);
  });
});

describe('onExit', () => {
  it('listens only while something is registered', () => {
    const before = process.listenerCount('exit');
    const forget = [onExit(() => {}), onExit(() => {})];
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const one of forget) one();
    expect(process.listenerCount('exit')).toBe(before);
  });
});
