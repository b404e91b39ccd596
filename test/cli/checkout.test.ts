/* `npx rcc` in a checkout starts bin/rcc.js, which builds the command line when it is wanted. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

function start(...argv: readonly string[]) {
  return spawnSync(process.execPath, [resolve(manifest.bin.rcc), ...argv], { encoding: 'utf8' });
}

it('writes nothing but the result to stdout, and builds once', () => {
  const first = start('list', 'resnet18', '--json');
  expect(JSON.parse(first.stdout)).toMatchObject({ command: 'list', ok: true });
  const again = start('list', 'resnet18', '--json');
  expect(again.stdout).toBe(first.stdout);
  expect(again.stderr).toBe('');
}, 120_000);

it('passes arguments, the exit code and the end of a pipe on', () => {
  expect(start('check', 'no.rn').status).toBe(2);
  const line = `${process.execPath} ${resolve(manifest.bin.rcc)} inspect resnet152 | head -1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
  expect(stdout).toMatch(/^resnet152 /);
  expect(stderr).toBe('');
}, 120_000);
