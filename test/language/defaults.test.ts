import { describe, expect, it } from 'vitest';
import type { Spec } from '../../src/language/spec.ts';
import { codesWith, load, specWith } from '../helpers/language.ts';

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

const resolved: readonly (readonly [string, Partial<Spec>])[] = [
  [
    'depth 50',
    {
      depth: 50,
      block: 'bottleneck',
      stages: [3, 4, 6, 3],
      widths: [64, 128, 256, 512],
      expansion: 4,
      stem: 'conv7',
      stemWidths: [64],
      shortcut: 'projection',
      firstShortcut: 'projection',
      strideIn: 'conv2',
      epsilon: 1e-5,
      input: { channels: 3, height: 224, width: 224 },
      classes: 1000,
      head: 'logits',
      preprocess: {
        ...imageNet,
        resize: 256,
        crop: 224,
        color: 'rgb',
        interpolation: 'bilinear',
        antialias: false,
      },
      expect: {},
    },
  ],
  ['depth 18', { block: 'basic', stages: [2, 2, 2, 2], expansion: 1, strideIn: 'conv1' }],
  ['depth 34', { block: 'basic', stages: [3, 4, 6, 3] }],
  ['depth 101', { block: 'bottleneck', stages: [3, 4, 23, 3] }],
  ['depth 152', { block: 'bottleneck', stages: [3, 8, 36, 3] }],
  ['depth 200', { block: 'bottleneck', stages: [3, 12, 48, 3] }],
  ['depth 50 stages [3, 4, 6, 3] block bottleneck', { depth: 50, stages: [3, 4, 6, 3] }],
  ['depth 50 variant vc', { stem: 'deep', stemWidths: [32, 32, 64], shortcut: 'projection' }],
  ['depth 50 variant vd', { stem: 'deep', shortcut: 'avgpool', firstShortcut: 'projection' }],
  ['depth 50 variant vd stem conv7', { stem: 'conv7', stemWidths: [64], shortcut: 'avgpool' }],
  ['shortcut projection depth 50 variant vd', { stem: 'deep', shortcut: 'projection' }],
  ['depth 18 first-shortcut identity', { firstShortcut: 'identity' }],
  ['depth 50 stride in conv1', { strideIn: 'conv1' }],
  ['depth 50 epsilon 1e-3', { epsilon: 1e-3 }],
  ['depth 50 epsilon 0', { epsilon: 0 }],
  ['block basic stages [1, 1]', { widths: [64, 128], expansion: 1 }],
  ['block basic stages [1, 1] widths [9, 18] stem deep', { stemWidths: [5, 5, 9] }],
  [
    'depth 50 widths [128, 256, 512, 1024] expansion 2 stem-widths [64]',
    { widths: [128, 256, 512, 1024], expansion: 2, stemWidths: [64] },
  ],
  [
    'block basic stages [3, 3, 3] widths [16, 32, 64] stem conv3 shortcut pad input 32 classes 10',
    {
      stemWidths: [16],
      firstShortcut: 'identity',
      input: { channels: 3, height: 32, width: 32 },
      preprocess: { ...imageNet, color: 'rgb', interpolation: 'bilinear', antialias: false },
    },
  ],
  ['depth 18 input 96', { preprocess: expect.objectContaining({ resize: 110, crop: 96 }) }],
  ['depth 18 input 192x256', { input: { channels: 3, height: 192, width: 256 } }],
  [
    'depth 18 input 1x64x64',
    {
      input: { channels: 1, height: 64, width: 64 },
      preprocess: expect.objectContaining({ mean: [0.449], std: [0.226], color: 'gray' }),
    },
  ],
  [
    'depth 18 input 4x64x64',
    {
      preprocess: expect.objectContaining({ mean: [0, 0, 0, 0], std: [1, 1, 1, 1], color: 'rgb' }),
    },
  ],
  ['depth 18 input 64', { preprocess: expect.objectContaining({ resize: 73, crop: 64 }) }],
  [
    'depth 18 input 32 preprocess { resize 40 }',
    { preprocess: expect.objectContaining({ resize: 40, crop: 32 }) },
  ],
];

describe('defaults', () => {
  it.each(resolved)('%s', async (properties, part) => {
    expect(await specWith(properties)).toMatchObject(part);
  });

  it.each([
    ['depth 18 input 192x256', 'resize'],
    ['depth 18 input 192x256', 'crop'],
    ['depth 18 input 192x256 preprocess { resize 256 }', 'crop'],
    ['depth 18 input 32', 'resize'],
    ['depth 18 input 32', 'crop'],
    ['depth 18 input 63', 'resize'],
    ['depth 18 input 63', 'crop'],
    ['depth 18 input 63 preprocess { resize none }', 'crop'],
    ['depth 18 preprocess { resize none crop none }', 'crop'],
    ['depth 18 preprocess { resize none }', 'resize'],
  ])('%s: no %s', async (properties, field) => {
    expect((await specWith(properties)).preprocess).not.toHaveProperty(field);
  });

  it('leaves depth open where the stages are given', async () => {
    expect(await specWith('block basic stages [2, 2, 2, 2]')).not.toHaveProperty('depth');
  });
});

describe('figures', () => {
  it.each([
    ['params 25.58M', 'params', 25_580_000, 5000],
    ['params 25576264', 'params', 25_576_264, 0.5],
    ['params 270K', 'params', 270_000, 500],
    ['flops 8.67G', 'flops', 8_670_000_000, 5_000_000],
    ['flops 1T', 'flops', 1e12, 5e11],
    ['top1 79.1%', 'top1', 0.791, 0.0005],
    ['top1 0.7910', 'top1', 0.791, 0.00005],
    ['top1 .5', 'top1', 0.5, 0.05],
    ['top5 100%', 'top5', 1, 0.005],
  ] as const)('%s', async (text, name, value, tolerance) => {
    const { expect: figures } = await specWith(`depth 50 expect { ${text} }`);
    expect(figures[name]).toEqual({ value, tolerance, text: text.split(' ')[1] });
  });
});

describe('bounds of the network', () => {
  it.each([
    ['depth 50', 32],
    ['depth 18 stem conv3', 8],
    ['depth 50 stem-pool none', 16],
    ['depth 18 stem conv3 stem-pool conv', 16],
    ['depth 50 strides [1, 2, 2, 1]', 16],
    ['block basic stages [1, 1, 1] widths [8, 16, 32] stem conv3', 4],
    ['block basic stages [1]', 4],
    ['block bottleneck stages [1, 1, 1, 1, 1] widths [8, 8, 8, 8, 8]', 64],
  ])('%s takes an input of %i pixels and no less', async (properties, least) => {
    expect(await codesWith(`${properties} input ${least}`)).toEqual([]);
    expect(await codesWith(`${properties} input 3x${least - 1}x4096`)).toEqual(['input-too-small']);
  });

  it('takes a resize to the very side of the input in place of a crop', async () => {
    expect(await codesWith('depth 18 preprocess { resize 224 crop none }')).toEqual([]);
  });

  it('tells means and deviations of values that are not scaled to 0..1', async () => {
    const { diagnostics } = await load('model m { depth 18 preprocess { mean [123.675, 0, 0] } }');
    expect(diagnostics[0]?.hint).toContain('123.675 is 0.485');
  });

  it('checks what is independent of a mistake, and nothing that depends on it', async () => {
    expect(await codesWith('depth 51 input 3 classes 0')).toEqual([
      'unknown-depth',
      'number-out-of-range',
    ]);
    expect(await codesWith('depth 51 preprocess { mean [0.5] }')).toEqual([
      'unknown-depth',
      'channels-mismatch',
    ]);
    expect(await codesWith('dept 50')).toEqual(['unknown-property']);
  });
});
