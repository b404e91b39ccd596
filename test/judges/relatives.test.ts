/*
 * Whole conversions of ResNet's relatives, each feature in one of them at least: every number against what is computed of the file's from the
 * definitions in float64, in the forms of onnxruntime, TensorRT and TensorRT-RTX.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import type { Spec } from '../../src/language/spec.ts';
import { encodeSafetensors } from '../helpers/weight-files.ts';
import { compilerFormNames, formNames, formOf } from './forms.ts';
import { createFileJudge, type FileJudge } from './judge-file.ts';
import { judgeFold } from './judge-fold.ts';
import { judgeRanges } from './judge-ranges.ts';
import { makePictures } from './network/parameters.ts';
import { writeFloats } from './npy.ts';
import { classes, computeRelative, type Relative, relatives } from './relatives/networks.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-relatives-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function loadSpec(directory: string, { spec, shape }: Relative): Promise<Spec> {
  const path = `${directory}.rn`;
  const weights = `weights timm "${directory}.safetensors"`;
  const text = `model judged {\n  ${spec}\n  input ${shape.join('x')}\n  classes ${classes}\n  ${weights}\n}\n`;
  writeFileSync(path, text);
  const { specs, diagnostics } = await loadSpecFiles([path]);
  expect(diagnostics).toEqual([]);
  const [loaded] = specs;
  if (!loaded) throw new Error('there is no model');
  return loaded;
}

const judged = [
  ...formNames.filter((name) => formOf(name).target === 'onnx'),
  ...compilerFormNames,
];

describe.each(relatives)('$name', (relative) => {
  const directory = join(folder, relative.name.replaceAll(/\W/g, '-'));
  const pictures = makePictures(2, 11, relative.shape);
  const { net, logits } = computeRelative(relative, pictures);
  let judge: FileJudge;
  beforeAll(async () => {
    const input = { shape: [2, ...relative.shape], values: pictures };
    writeFloats(`${directory}.npy`, input);
    writeFileSync(`${directory}.safetensors`, encodeSafetensors(net.tensors));
    judge = createFileJudge({
      spec: await loadSpec(directory, relative),
      directory,
      question: { input, logits },
      calibrate: `${directory}.npy`,
      calibrationAlgorithm: 'max',
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(judged)('%s', async (form) => {
    const { wrong, model } = await judge.judge(form);
    expect(wrong).toEqual([]);
    if (form === 'fp32') expect(judgeFold(model, net.folded)).toEqual([]);
    if (formOf(form).precision !== 'int8') return;
    const ranges = judgeRanges(model, net.largest);
    expect(ranges.wrong).toEqual([]);
    expect(ranges.count).toBeGreaterThanOrEqual(3);
  });
});
