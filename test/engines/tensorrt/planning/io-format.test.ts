import { expect, test } from 'vitest';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import { formatText } from '../../../../engines/tensorrt/planning/io-format.ts';
import { planPrecision } from '../../../../engines/tensorrt/planning/precision-recipes.ts';
import { resolveRelease } from '../../../../engines/tensorrt/planning/release.ts';
import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.ts';
import { factsOf } from '../helpers.ts';

type Given = NonNullable<Parameters<typeof tensorrtIntent>[0]>;

/** An input of uint8 and an output of float16, so that the two sides differ. */
const model = factsOf({
  inputs: [{ name: 'pixels', dataType: 'uint8', shape: ['N', 224, 224, 3] }],
  outputs: [{ name: 'logits', dataType: 'float16', shape: ['N', 10] }],
});

function format(side: 'input' | 'output', given: Given, release: string, facts = model) {
  const intent = tensorrtIntent(given);
  const diagnostics: Diagnostic[] = [];
  const resolved = resolveRelease(release);
  const precision = planPrecision(intent, resolved, []);
  if (!precision) throw new Error('no recipe');
  const text = formatText(side, {
    intent,
    model: facts,
    precision,
    release: resolved,
    diagnostics,
  });
  return [text, ...diagnostics.map(({ message }) => message)];
}

test('nothing asked for is nothing written', () => {
  expect(format('input', { outputFormat: { layout: 'chw' } }, '10.4')).toEqual([undefined]);
  expect(format('output', { inputFormat: { layout: 'chw' } }, '10.4')).toEqual([undefined]);
});

test('the type is the one that the graph declares, on either side', () => {
  const both = { inputFormat: { layout: 'hwc' }, outputFormat: { layout: 'chw' } } as const;
  expect(format('input', both, '10.4')).toEqual(['uint8:hwc']);
  expect(format('output', both, '10.4')).toEqual(['fp16:chw']);
  expect(format('input', both, '11.0')).toEqual(['hwc']);
});

test.each([
  ['float32', 'fp32'],
  ['bfloat16', 'bf16'],
  ['int8', 'int8'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  // Not a type of trtexec's: read as float32.
  ['float64', 'fp32'],
] as const)('%s is %s there', (dataType, type) => {
  const facts = factsOf({ inputs: [{ name: 'x', dataType, shape: [1, 3, 8, 8] }] });
  expect(format('input', { inputFormat: { layout: 'chw' } }, '10.4', facts)).toEqual([
    `${type}:chw`,
  ]);
});

test('a model without outputs is taken for float32', () => {
  const facts = factsOf({ outputs: [] });
  expect(format('output', { outputFormat: { layout: 'chw' } }, '10.4', facts)).toEqual([
    'fp32:chw',
  ]);
});

test('where the types of the graph decide, another cannot be asked for', () => {
  const given = {
    precision: 'fp16',
    inputFormat: { type: 'fp16', layout: 'chw' },
    outputFormat: { type: 'fp32', layout: 'chw' },
  } as const;
  expect(format('input', given, '10.4')).toEqual([
    'fp16:chw',
    '--input-format asks for fp16, but the graph declares uint8 and its types decide.',
  ]);
  expect(format('output', given, '10.4')).toEqual([
    'fp32:chw',
    '--output-format asks for fp32, but the graph declares fp16 and its types decide.',
  ]);
  expect(format('output', { ...given, typing: 'weak' }, '10.4')).toEqual(['fp32:chw']);
  const same = { ...given, inputFormat: { type: 'uint8', layout: 'chw' } } as const;
  expect(format('input', same, '10.4')).toEqual(['uint8:chw']);
});

test('types that came later', () => {
  const declared = { bf16: 'bfloat16', int64: 'int64', uint8: 'uint8' } as const;
  for (const type of ['bf16', 'int64', 'uint8'] as const) {
    const given = { inputFormat: { type, layout: 'chw' } } as const;
    const shape = ['N', 3, 8, 8] as const;
    const facts = factsOf({ inputs: [{ name: 'x', dataType: declared[type], shape }] });
    expect(format('input', given, '9.1', facts)).toEqual([`${type}:chw`]);
    expect(format('input', given, '8.6', facts)).toEqual([
      `${type}:chw`,
      `--input-format: TensorRT 8.6.1 does not know the type ${type}; 9.1.0 is the first that does.`,
    ]);
  }
});

const floatInput = factsOf();

test.each([
  ['fp16', 'hwc8'],
  ['bf16', 'hwc8'],
  ['fp16', 'chw2'],
  ['fp16', 'chw4'],
  ['fp16', 'chw16'],
  ['fp32', 'chw32'],
  ['fp32', 'hwc'],
  ['fp32', 'chw'],
] as const)('%s:%s is a binding', (type, layout) => {
  const given = { inputFormat: { type, layout } };
  expect(format('input', given, '10.4', floatInput)).toEqual([`${type}:${layout}`]);
});

test.each([
  ['fp32', 'hwc8', 'fp16 and bf16'],
  ['fp32', 'chw2', 'fp16 and bf16'],
  ['fp32', 'chw4', 'int8 and fp16'],
  ['bf16', 'chw16', 'int8 and fp16'],
] as const)('%s:%s is none', (type, layout, types) => {
  const given = { inputFormat: { type, layout } };
  expect(format('input', given, '10.4', floatInput)).toEqual([
    `${type}:${layout}`,
    `--input-format: TensorRT has the layout ${layout} for ${types} only, not for ${type}.`,
  ]);
});

test('integers stand not for the floats of a graph, and logits have no rows and columns', () => {
  const given = {
    inputFormat: { type: 'int8', layout: 'chw4' },
    outputFormat: { layout: 'hwc' },
  } as const;
  expect(format('input', given, '10.4', floatInput)).toEqual([
    'int8:chw4',
    '--input-format asks for int8, but the graph declares fp32, whose numbers int8 cannot hold.',
  ]);
  expect(format('output', given, '10.4', floatInput)).toEqual([
    'fp32:hwc',
    '--output-format: the layout hwc arranges channels, rows and columns, and the tensor has 2 dimensions.',
  ]);
});
