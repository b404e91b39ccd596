import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcc } from '../../helpers/cli.ts';
import { type Broken, broken, sound } from './broken.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-check-repository-'));
const artifact = join(folder, 'artifact');
const pixels = join(folder, 'pixels');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  const made = ['compile', 'examples/digits/digits.rn', '--target', 'onnx', '--no-verify'];
  expect((await rcc(...made, '-o', artifact)).exitCode).toBe(0);
  const asPixels = [...made, '--input-type', 'uint8-nhwc'];
  expect((await rcc(...asPixels, '-o', pixels)).exitCode).toBe(0);
});

function repositoryOf(one: Omit<Broken, 'what' | 'rcc'>, name: string): string {
  const repository = join(folder, name.replaceAll(' ', '-'));
  const model = join(repository, 'digits');
  const version = join(model, one.version ?? '1');
  mkdirSync(version, { recursive: true });
  writeFileSync(join(model, 'config.pbtxt'), one.config);
  if (!one.withoutLabels) cpSync(join(artifact, 'labels.txt'), join(model, 'labels.txt'));
  if (!one.withoutModel) cpSync(join(artifact, 'model.onnx'), join(version, 'model.onnx'));
  return repository;
}

describe('rcc check-repository', () => {
  it('passes a sound one', async () => {
    const { exitCode, stderr, stdout } = await rcc(
      'check-repository',
      repositoryOf({ config: sound }, 'sound'),
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/digits +ok/);
  });

  it.each(broken)('refuses $what', async ({ what, rcc: reason, ...one }) => {
    const { exitCode, stderr } = await rcc('check-repository', repositoryOf(one, what));
    expect(stderr).toContain(reason);
    expect(exitCode).toBe(1);
  });

  it('refuses a folder beside models that is none: Triton takes it for one', async () => {
    const repository = repositoryOf({ config: sound }, 'beside');
    mkdirSync(join(repository, '.cache'));
    const { exitCode, stderr } = await rcc('check-repository', repository);
    expect(stderr).toContain('There is no configuration of Triton at');
    expect(exitCode).toBeGreaterThan(0);
  });

  it('warns of a version that is not served and could not be', async () => {
    const repository = repositoryOf({ config: sound }, 'unserved');
    for (const version of ['2', '3'])
      cpSync(join(repository, 'digits/1'), join(repository, 'digits', version), {
        recursive: true,
      });
    const check = () => rcc('check-repository', repository);
    expect((await check()).stderr).toBe('');
    cpSync(join(pixels, 'model.onnx'), join(repository, 'digits/1/model.onnx'));
    rmSync(join(repository, 'digits/2/model.onnx'));
    const { exitCode, stderr } = await check();
    expect(stderr).toContain('does not serve version 1');
    expect(stderr).toContain("input 'input' is TYPE_FP32; the model has TYPE_UINT8");
    expect(stderr).toContain("version 2 has no file 'model.onnx'");
    expect(exitCode).toBe(0);
  });

  it('says where there is no model', async () => {
    mkdirSync(join(folder, 'empty'));
    const { stderr } = await rcc('check-repository', join(folder, 'empty'));
    expect(stderr).toContain('triton-no-model');
  });
});
