/* What is said of artifacts whose weights nobody trained, or whose classes nobody named. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-made-up-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const artifact = join(folder, 'artifact');
const picture = 'examples/digits/four.png';
const spec =
  'model small { block basic  stages [1]  widths [4]  input 1x32x32  classes 3  preprocess { resize 32  crop 32 } }';

beforeAll(async () => {
  writeFileSync(join(folder, 'small.rn'), spec);
  const made = ['compile', join(folder, 'small.rn'), '--target', 'onnx', '--no-verify'];
  const { exitCode, stderr } = await rcc(...made, '-o', artifact);
  expect(exitCode, stderr).toBe(0);
}, 60_000);

const deploy = (destination: string, ...options: readonly string[]) =>
  rcc('deploy', artifact, '--to', destination, '-o', join(folder, destination), ...options);

describe('made-up weights', () => {
  it.each(['triton', 'kserve', 'python', 'node'])('are not deployed to %s', async (destination) => {
    const { exitCode, stderr } = await deploy(destination);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('deploy-synthetic-weights');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`--weights FILE -o ${artifact}-trained`);
    expect(existsSync(join(folder, destination))).toBe(false);
  });

  it('are where that is asked for, with a note that names are missing, and no word on the input', async () => {
    const { exitCode, stderr } = await deploy('triton', '--allow-synthetic');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('deploy-no-labels');
    expect(stderr).not.toContain('triton-float-input');
  });

  it('are told before their answers', async () => {
    const { exitCode, stdout, stderr } = await rcc('classify', artifact, picture);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('class ');
    expect(stderr).toContain('classify-synthetic');
    const { stdout: json } = await rcc('classify', artifact, picture, '--json');
    expect(json).toContain('classify-synthetic');
  });
});

describe('rcc classify', () => {
  it('says what a model repository is', async () => {
    await deploy('triton', '--allow-synthetic');
    for (const path of ['triton', 'triton/small_fp32']) {
      const { exitCode, stderr } = await rcc('classify', join(folder, path), picture);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('classify-repository');
    }
  });
});
