/*
 * Files that the real frameworks wrote, in every form: each number against FP32's, the logits against the framework's own. Larger and trained ones lie
 * beside the repository, small ones in test/fixtures.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { specFromWeights } from '../../src/compile/spec-from-weights.ts';
import type { Spec } from '../../src/language/spec.ts';
import { formNames } from './forms.ts';
import { createFileJudge, type FileJudge } from './judge-file.ts';
import { readFloats } from './npy.ts';
import { withWideInputs } from './wide-inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-frameworks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface FrameworkFile {
  readonly weights: string;
  readonly input: string;
  readonly logits: string;
  readonly side: number;
}

const own = (weights: string, input: string, logits: string, side: number): FrameworkFile => ({
  weights: `test/fixtures/weights/${weights}`,
  input: `test/fixtures/weights/${input}`,
  logits: `test/fixtures/weights/${logits}`,
  side,
});

/** A container each; references.test.ts has the others. */
const fixtures: readonly FrameworkFile[] = [
  own('neck3_vd.p2.pdparams', 'input.64.npy', 'neck3_vd.logits.64.npy', 64),
  own('neck3_vd.bf16.pdparams', 'input.64.npy', 'neck3_vd.bf16.logits.64.npy', 64),
  own('basic4.legacy.pth', 'input.64.npy', 'basic4.logits.64.npy', 64),
  own('basic4.npz', 'input.64.npy', 'basic4.logits.64.npy', 64),
  own('cifar14.th', 'input.32.npy', 'cifar14.logits.32.npy', 32),
];

const shared = '../shared/weights';
const beside = (weights: string, network: string, kind = '', side = 64): FrameworkFile => ({
  weights: `${shared}/${weights}`,
  input: `${shared}/${network}.in${side}.npy`,
  logits: `${shared}/${network}${kind}.out${side}.npy`,
  side,
});

const sharedFiles: readonly FrameworkFile[] = [
  beside('paddle/basic2_vd.p4.pdparams', 'paddle/basic2_vd'),
  beside('paddle/basic2_vd.p2.pdparams', 'paddle/basic2_vd'),
  beside('paddle/basic2_vd.np1.p3.pdparams', 'paddle/basic2_vd'),
  beside('paddle/basic2_vd.wrapped.pdparams', 'paddle/basic2_vd'),
  beside('paddle/basic2_vd.safetensors', 'paddle/basic2_vd'),
  beside('paddle/basic2_vd.fp16.pdparams', 'paddle/basic2_vd', '.fp16'),
  beside('paddle/basic2_vd.bf16.pdparams', 'paddle/basic2_vd', '.bf16'),
  beside('paddle/neck3_vd.fp16.pdparams', 'paddle/neck3_vd', '.fp16'),
  beside('paddle/neck3_vb.fp16.pdparams', 'paddle/neck3_vb', '.fp16'),
  beside('torch/basic4_plain.pth', 'torch/basic4_plain'),
  beside('torch/basic4_plain.legacy.pth', 'torch/basic4_plain'),
  beside('torch/basic4_plain.safetensors', 'torch/basic4_plain'),
  beside('torch/basic4_plain.wrapped.pth.tar', 'torch/basic4_plain'),
  beside('torch/tv_neck4.half.pth', 'torch/tv_neck4', '.half'),
  beside('torch/basic4_d.safetensors', 'torch/basic4_d'),
  beside('torch/neck4_d.safetensors', 'torch/neck4_d'),
  beside('torch/neck4_d.bf16.safetensors', 'torch/neck4_d', '.bf16'),
  beside('cifar/resnet20-12fca82f.th', 'cifar/resnet20', '', 32),
  beside('cifar/resnet56-4bfd9763.th', 'cifar/resnet56', '', 32),
];

/** The spec that the file describes: nothing but the file says what it is. */
async function describedSpec({ weights, side }: FrameworkFile): Promise<Spec> {
  const specPath = join(folder, `${weights.replaceAll('/', '_')}.rn`);
  const input = { channels: 3, height: side, width: side };
  const { text } = await specFromWeights(resolve(weights), { specPath, input });
  writeFileSync(specPath, text);
  const { specs, diagnostics } = await loadSpecFiles([specPath]);
  expect(diagnostics).toEqual([]);
  const [spec] = specs;
  if (!spec) throw new Error('init wrote no model');
  return withWideInputs(spec);
}

function judgeInEveryForm(file: FrameworkFile): void {
  const directory = join(folder, `${file.weights.replaceAll('/', '_')}.built`);
  let judge: FileJudge;
  beforeAll(async () => {
    judge = createFileJudge({
      spec: await describedSpec(file),
      directory,
      question: { input: readFloats(file.input), logits: readFloats(file.logits).values },
      calibrate: file.input,
      calibrationAlgorithm: 'max',
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(formNames)('%s', async (form) => {
    expect((await judge.judge(form)).wrong).toEqual([]);
  });
}

describe.each(fixtures)('$weights', judgeInEveryForm);

describe.skipIf(!existsSync(shared))('larger and trained (needs ../shared/weights)', () => {
  describe.each(sharedFiles)('$weights', judgeInEveryForm);
});
