import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledCli } from '../helpers/bundle.ts';

/* Real processes: what waits for a pipe's writer is a thread, and whether the process then ends no test inside of it can see. */
const folder = mkdtempSync(join(tmpdir(), 'rcc-pipes-'));
const cli = await bundledCli();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

const spec = 'test/fixtures/weights/neck4_d.rn#neck4_d';
const input = 'test/fixtures/weights/input.64.npy';
const pipe = join(folder, 'pipe');
const labelled = join(folder, 'labelled.rn');
const pictures = join(folder, 'pictures');
const list = join(folder, 'list.txt');
const artifact = join(folder, 'artifact');
const out = ['-o', join(folder, 'out')];

beforeAll(() => {
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [
    pipe,
    join(folder, 'pipe.rn'),
    join(folder, 'pipe.onnx'),
    join(folder, 'pipe.npy'),
  ]);
  writeFileSync(labelled, 'model labelled { depth 18 labels "pipe" }\n');
  mkdirSync(pictures);
  copyFileSync('test/fixtures/images/420.jpg', join(pictures, 'a.jpg'));
  writeFileSync(list, 'a.jpg 0\n');
  mkdirSync(artifact);
  execFileSync('mkfifo', [join(artifact, 'manifest.json')]);
});

const commands: readonly (readonly [what: string, ...argv: string[]])[] = [
  ['a spec', 'check', join(folder, 'pipe.rn')],
  ['weights', 'compile', spec, '--weights', pipe, ...out],
  ['labels', 'compile', labelled, '--target', 'onnx', ...out],
  ['calibration data', 'compile', spec, '--int8', '--calibrate', pipe, ...out],
  ['weights of init', 'init', pipe],
  ['a model to inspect', 'inspect', join(folder, 'pipe.onnx')],
  ['an input', 'verify', spec, '--input', pipe, '--logits', input],
  ['a picture', 'diagnose', spec, pipe, '--got', '1'],
  ['logits', 'diagnose', spec, join(pictures, 'a.jpg'), '--got', join(folder, 'pipe.npy')],
  ['a data set', 'eval', spec, '--data', pipe],
  ['a list of labels', 'eval', spec, '--data', pictures, '--list', pipe],
  ['a state', 'eval', spec, '--data', pictures, '--list', list, '--state', pipe],
  ['a bench file', 'report', pipe, ...out],
  ['benches', 'compare', pipe, pipe],
  ['layers', 'audit', pipe],
  ['a manifest', 'check-engine', artifact],
];

describe.skipIf(process.platform === 'win32')('a pipe that nobody writes to', () => {
  it.concurrent.each(commands)(
    'as %s is told, and keeps no process',
    async (_, ...argv) => {
      const child = spawn(process.execPath, [cli, ...argv, '--json'], { stdio: 'pipe' });
      const printed: string[] = [];
      child.stdout.on('data', (bytes) => printed.push(String(bytes)));
      const [code] = await once(child, 'close');
      expect(code).toBe(2);
      const { diagnostics } = JSON.parse(printed.join(''));
      expect(diagnostics).toContainEqual(expect.objectContaining({ code: 'not-a-file' }));
    },
    60_000,
  );
});
