/* Several deploys at once, and one that is killed, as processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-deploy-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = ['--import', 'tsx', 'src/cli/main.ts'];
const seeds = ['1', '2', '3'];

beforeAll(async () => {
  for (const seed of seeds) {
    const made = ['compile', 'specs/resnet18.rn', '--target', 'onnx', '--no-verify'];
    expect((await rcc(...made, '--seed', seed, '-o', join(folder, seed))).exitCode).toBe(0);
  }
}, 60_000);

const wordsFor = (seed: string, output: string): readonly string[] => [
  ...['deploy', join(folder, seed), '--to', 'triton', '-o', join(folder, output)],
  ...['--name', 'net', '--as', 'next', '--allow-synthetic', '--json'],
];

function start(seed: string, output: string): ChildProcess {
  return spawn(process.execPath, [...main, ...wordsFor(seed, output)], { stdio: 'ignore' });
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('exit', resolve));

const versionsIn = (output: string): readonly string[] =>
  readdirSync(join(folder, output, 'net'))
    .filter((name) => /^\d+$/.test(name))
    .sort();

const others = () =>
  readdirSync(folder)
    .filter((name) => name.startsWith('.'))
    .sort();

describe('deploys at once', () => {
  it('come one after the other: a version each, and a configuration of the last', async () => {
    const codes = await Promise.all(seeds.map((seed) => ended(start(seed, 'together'))));
    expect(codes).toEqual([0, 0, 0]);
    expect(versionsIn('together')).toEqual(['1', '2', '3']);
    const config = readFileSync(join(folder, 'together/net/config.pbtxt'), 'utf8');
    const digests = seeds.map(
      (seed) => JSON.parse(readFileSync(join(folder, seed, 'manifest.json'), 'utf8')).onnx.digest,
    );
    const last = seeds.find((_, at) => config.includes(digests[at]));
    const again = JSON.parse((await rcc(...wordsFor(last ?? '', 'together'))).stdout);
    expect(again.result.files.map(({ state }: { state: string }) => state)).toEqual([
      'same',
      'same',
    ]);
    expect(others()).toEqual([]);
  }, 60_000);

  it('one that is killed leaves a repository that the next one goes on with', async () => {
    await ended(start('1', 'killed'));
    for (const delayMs of [300, 600, 700, 800, 900]) {
      const child = start('2', 'killed');
      setTimeout(() => child.kill('SIGKILL'), delayMs);
      await ended(child);
      expect((await rcc('check-repository', join(folder, 'killed'))).stderr).toBe('');
    }
    expect((await rcc(...wordsFor('2', 'killed'))).exitCode).toBe(0);
    expect(versionsIn('killed')).toEqual(['1', '2']);
    expect(others()).toEqual([]);
  }, 60_000);
});
