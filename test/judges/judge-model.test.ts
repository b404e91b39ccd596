/* The judges see each kind of wrong number: one number of a right model is changed at a time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { nearestHalf } from '../helpers/half.ts';
import { encodeSafetensors } from '../helpers/weight-files.ts';
import { tensorsOf } from './containers.ts';
import { convert, type FormName, formOf } from './forms.ts';
import { judgeFold } from './judge-fold.ts';
import { judgeLogits } from './judge-logits.ts';
import { judgeModel } from './judge-model.ts';
import { judgeRanges } from './judge-ranges.ts';
import { foldedParameters } from './network/expected.ts';
import { inputShape, specText } from './network/layers.ts';
import { makeParameters, makePictures } from './network/parameters.ts';
import { writeFloats } from './npy.ts';
import { type OnnxFile, readOnnxFile } from './onnx-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-judges-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const parameters = makeParameters(3);
const judgedForms = ['fp32', 'fp16', 'int8', 'int8 for TensorRT 8.6'] as const;
const models = new Map<FormName, OnnxFile>();

beforeAll(async () => {
  writeFileSync(
    join(folder, 'w.safetensors'),
    encodeSafetensors(tensorsOf(parameters, 'torchvision')),
  );
  writeFileSync(join(folder, 'judged.rn'), specText('w.safetensors'));
  const calibrate = join(folder, 'input.npy');
  writeFloats(calibrate, { shape: [2, ...inputShape], values: makePictures(2, 5) });
  const { specs } = await loadSpecFiles([join(folder, 'judged.rn')]);
  for (const name of judgedForms) {
    if (!specs[0]) throw new Error('there is no model');
    const { modelPath } = await convert(specs[0], formOf(name), join(folder, name), {
      calibrate,
      calibrationAlgorithm: 'max',
    });
    models.set(name, readOnnxFile(modelPath));
  }
});

function modelOf(name: FormName): OnnxFile {
  const model = models.get(name);
  if (!model) throw new Error(`'${name}' was not made`);
  return model;
}

type Numbers = Record<number, number>;

/** The model with an initializer of other numbers. */
function changed(name: FormName, tensor: string, change: (values: Numbers) => void): OnnxFile {
  const model = modelOf(name);
  const initializer = model.initializers.get(tensor);
  if (!initializer) throw new Error(`there is no '${tensor}'`);
  const values = initializer.values.slice();
  change(values);
  const initializers = new Map(model.initializers).set(tensor, { ...initializer, values });
  return { ...model, initializers };
}

const wrongIn = (file: OnnxFile): readonly string[] => judgeModel(file, modelOf('fp32')).wrong;

const at = (index: number, value: number) => (values: Numbers) => {
  values[index] = value;
};
const add = (index: number, amount: number) => (values: Numbers) => {
  values[index] = (values[index] ?? 0) + amount;
};
const scaleBy = (index: number, factor: number) => (values: Numbers) => {
  values[index] = (values[index] ?? 0) * factor;
};

const conv = 'stage2/block0/conv2';
/** A product of 97: of the numbers that are hard to round, the first is 1 + 2^-11, the last −0. */
const [tie, negativeZero] = [0, 13 * 97];

describe('a model of right numbers', () => {
  it.each(judgedForms)('%s passes', (name) => expect(wrongIn(modelOf(name))).toEqual([]));
});

describe('one wrong number', () => {
  it.each([
    [
      'fp16',
      'the next float16',
      `${conv}.weight`,
      add(300_000, 1),
      /1 of 589824 differ from float16/,
    ],
    ['fp16', 'no number', 'stem/conv1.bias', at(31, 0x7e00), /differ from float16/],
    ['fp16', 'a tie rounded up', 'head/fc.weight', at(tie, 0x3c01), /differ from float16/],
    [
      'fp16',
      'a zero without its sign',
      'head/fc.weight',
      at(negativeZero, 0),
      /differ from float16/,
    ],
    ['int8', 'the next integer', `${conv}.weight`, add(70_000, 1), /1 of 589824 are up to/],
    ['int8', '−128', 'head/fc.weight', at(9, -128), /holds −128/],
    [
      'int8',
      'a scale that is no number',
      `${conv}.weight/scale`,
      at(3, Number.NaN),
      /scale: not finite/,
    ],
    ['int8', 'a scale of 0', 'head/pool/scale', at(0, 0), /no finite number above 0/],
    ['int8', 'the next bias', `${conv}.bias`, add(1, 1), /1 of 256 are up to/],
    ['int8', 'a zero point', `${conv}.weight/zero-point`, at(255, 1), /no zero point/],
    [
      'int8 for TensorRT 8.6',
      'another float',
      `${conv}.weight`,
      scaleBy(500_000, 1.0001),
      /1 of 589824 differ from FP32/,
    ],
    [
      'int8 for TensorRT 8.6',
      'a scale twice as large',
      `${conv}.weight/scale`,
      scaleBy(7, 2),
      /do not end at 127/,
    ],
    [
      'int8 for TensorRT 8.6',
      'a scale too small',
      `${conv}.weight/scale`,
      scaleBy(7, 0.9),
      /are up to/,
    ],
    [
      'int8 for TensorRT 8.6',
      'another bias',
      `${conv}.bias`,
      scaleBy(7, 1.0001),
      /1 of 256 differ from FP32/,
    ],
  ] as const)('%s: %s', (...[name, , tensor, change, sentence]) => {
    expect(wrongIn(changed(name, tensor, change)).join('\n')).toMatch(sentence);
  });

  it('int8: coarser integers that fit their scale', () => {
    const coarse = changed('int8', `${conv}.weight/scale`, scaleBy(0, 2));
    const weight = coarse.initializers.get(`${conv}.weight`);
    const scale = coarse.initializers.get(`${conv}.weight/scale`)?.values[0] ?? 0;
    const floats = modelOf('fp32').initializers.get(`${conv}.weight`)?.values ?? [];
    if (!weight) throw new Error('there is no weight');
    const values = weight.values.map((value, i) =>
      i < 256 * 9 ? Math.round((floats[i] ?? 0) / scale) : value,
    );
    const initializers = new Map(coarse.initializers).set(weight.name, { ...weight, values });
    expect(wrongIn({ ...coarse, initializers }).join('\n')).toMatch(
      /conv2.weight: .*do not end at 127/,
    );
  });

  it('int8: a bias in other units', () => {
    const file = changed('int8', 'head/fc.bias/scale', scaleBy(5, 1 + 1e-5));
    expect(wrongIn(file).join('\n')).toMatch(/input scale × weight scale/);
  });

  it('an initializer that is not there', () => {
    const { nodes, initializers } = modelOf('fp16');
    const others = [...initializers].filter(([name]) => name !== 'head/fc.bias');
    expect(wrongIn({ nodes, initializers: new Map(others) })).toEqual(['head/fc.bias: missing']);
  });

  it('a weight that does not follow from the checkpoint', () => {
    const folded = foldedParameters(parameters);
    expect(judgeFold(modelOf('fp32'), folded)).toEqual([]);
    const file = changed('fp32', `${conv}.weight`, scaleBy(123_456, 1 + 2 ** -21));
    expect(judgeFold(file, folded)).toEqual([
      `${conv}.weight: 1 of 589824 are not the folded numbers`,
    ]);
  });

  it('the scale of an activation', () => {
    const largest = new Map([['stem/conv1/relu', 255 * 0.01]]);
    const scale = 'stem/conv1/relu/scale';
    expect(judgeRanges(changed('int8', scale, at(0, 0.01)), largest)).toEqual({
      count: 1,
      wrong: [],
    });
    const { wrong } = judgeRanges(changed('int8', scale, at(0, 0.01 * (256 / 255))), largest);
    expect(wrong).toHaveLength(1);
  });
});

describe('logits', () => {
  const logits = [0, 3, 1, 2, -1, 0.5];
  const question = { input: { shape: [2], values: new Float32Array(0) }, logits };
  const judge = (got: readonly number[], precision: 'fp32' | 'fp16' | 'int8') =>
    judgeLogits(got, question, precision).wrong;

  it('pass where they are the same', () => expect(judge(logits, 'fp32')).toEqual([]));
  it('are wrong where one is no number, in every precision', () => {
    expect(judge([0, 3, Number.NaN, 2, -1, 0.5], 'int8')).toEqual(['logits are not finite']);
  });
  it('are wrong beyond what a precision allows', () => {
    const off = [0, 3.2, 1, 2, -1, 0.5];
    expect(judge(off, 'fp16').join()).toMatch(/^logits are off by 0\.15/);
    expect(judge(off, 'int8')).toEqual([]);
  });
  it('are wrong in float16 where the first class changes', () => {
    const near = { ...question, logits: [0, 1, 1.001, 200, 0, 0] };
    const { wrong } = judgeLogits([0, 1.001, 1, 200, 0, 0], near, 'fp16');
    expect(wrong).toEqual(['classes 1,0 for 2,0']);
  });
});

it('float16 by its definition', () => {
  const known = [
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7bff],
    [-1e9, 0xfbff],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [2 ** -25 + 2 ** -48, 1],
    [1.5 * 2 ** -24, 2],
    [2.5 * 2 ** -24, 2],
    [2 ** -14, 0x400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [0.1, 0x2e66],
  ] as const;
  expect(known.map(([value]) => nearestHalf(value))).toEqual(known.map(([, bits]) => bits));
});
