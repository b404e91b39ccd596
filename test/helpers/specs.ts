import type { Spec } from '../../src/language/spec.ts';

/** A checked spec as the language gives it, for tests of later rooms: two stages of basic blocks, 8 and 16 wide, on 32×32 pictures. */
export function specOf(overrides: Partial<Spec> = {}): Spec {
  const deep = overrides.stem === 'deep';
  return {
    name: 'small',
    file: 'small.rn',
    block: 'basic',
    stem: 'conv7',
    stemWidths: deep ? [4, 4, 8] : [8],
    shortcut: 'projection',
    firstShortcut: 'projection',
    strideIn: 'conv2',
    epsilon: 1e-5,
    stages: [1, 1],
    widths: [8, 16],
    stageBlocks: (overrides.stages ?? [1, 1]).map(() => overrides.block ?? 'basic'),
    groups: 1,
    groupWidth: 64,
    attention: { kind: 'none' },
    multiPath: { kind: 'none' },
    narrowFirst: 1,
    shortcutKernel: 1,
    dilations: (overrides.stages ?? [1, 1]).map(() => 1),
    antiAlias: 'none',
    stemPool: overrides.stem === 'conv3' ? 'none' : 'max',
    norm: { kind: 'batch' },
    pool: 'average',
    strides: (overrides.stages ?? [1, 1]).map((_, stage) => (stage === 0 ? 1 : 2)),
    expansion: overrides.block === 'bottleneck' ? 4 : 1,
    input: { channels: 3, height: 32, width: 32 },
    classes: 10,
    head: 'logits',
    outputs: ['answer'],
    preprocess: {
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      color: 'rgb',
      interpolation: 'bilinear',
      antialias: false,
    },
    expect: {},
    spans: {},
    ...overrides,
  };
}
