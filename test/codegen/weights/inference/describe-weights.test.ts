import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import { countCost } from '../../../../codegen/cost.ts';
import type { DataType } from '../../../../codegen/ir/types.ts';
import type { TensorSource } from '../../../../codegen/tensors/tensor-source.ts';
import { describeWeights } from '../../../../codegen/weights/inference/describe-weights.ts';
import type { InferredSpec } from '../../../../codegen/weights/inference/inferred-spec.ts';
import { bindWeights } from '../../../../codegen/weights/naming/bind.ts';
import { schemes } from '../../../../codegen/weights/naming/schemes.ts';
import type { WeightsFile } from '../../../../codegen/weights/weights-file.ts';
import type { Spec } from '../../../../src/language/spec.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';
import { namedShapes, specFromInferred } from '../../../helpers/inferred-networks.ts';
import { specOf } from '../../../helpers/specs.ts';

type NamedShape = readonly [name: string, shape: readonly number[], type?: string];

function fileOf(name: string, entries: readonly NamedShape[]): WeightsFile {
  const source = (shape: readonly number[], type = 'float32'): TensorSource => ({
    dataType: type as DataType,
    shape,
    rows() {
      throw new Error('describing reads no values');
    },
  });
  return {
    name,
    format: 'torch-zip',
    tensors: new Map(entries.map(([tensor, shape, type]) => [tensor, source(shape, type)])),
    notes: [],
  };
}

const deepStem = { stem: 'deep', stemWidths: [32, 32, 64] } as const;
const plainStem = { stem: 'conv7', stemWidths: [64] } as const;

/** What each of the 27 published networks is, beside depth and widths that its name says. */
const published: Readonly<Record<string, Partial<InferredSpec>>> = {
  'paddleclas/ResNet18': {
    depth: 18,
    ...plainStem,
    shortcut: 'projection',
    firstShortcut: 'projection',
    paramCount: 11_693_736,
  },
  'paddleclas/ResNet18_vd': {
    depth: 18,
    ...deepStem,
    shortcut: 'avgpool',
    firstShortcut: 'projection',
    paramCount: 11_712_968,
  },
  'paddleclas/ResNet34': {
    depth: 34,
    ...plainStem,
    shortcut: 'projection',
    firstShortcut: 'projection',
  },
  'paddleclas/ResNet34_vd': {
    depth: 34,
    ...deepStem,
    shortcut: 'avgpool',
    firstShortcut: 'projection',
    paramCount: 21_821_128,
  },
  'paddleclas/ResNet50': { depth: 50, ...plainStem, shortcut: 'projection' },
  'paddleclas/ResNet50_vc': {
    depth: 50,
    ...deepStem,
    shortcut: 'projection',
    scheme: 'paddleclas-v2',
  },
  'paddleclas/ResNet50_vd': { depth: 50, ...deepStem, shortcut: 'avgpool', paramCount: 25_576_264 },
  'paddleclas/ResNet101': { depth: 101, ...plainStem, shortcut: 'projection' },
  'paddleclas/ResNet101_vd': {
    depth: 101,
    ...deepStem,
    shortcut: 'avgpool',
    paramCount: 44_568_392,
  },
  'paddleclas/ResNet152': { depth: 152, ...plainStem, shortcut: 'projection' },
  'paddleclas/ResNet152_vd': {
    depth: 152,
    ...deepStem,
    shortcut: 'avgpool',
    paramCount: 60_212_040,
  },
  'paddleclas/ResNet200_vd': {
    depth: 200,
    ...deepStem,
    shortcut: 'avgpool',
    paramCount: 74_738_504,
  },
  'torchvision/resnet18': {
    depth: 18,
    ...plainStem,
    firstShortcut: 'identity',
    paramCount: 11_689_512,
  },
  'torchvision/resnet34': { depth: 34, ...plainStem, firstShortcut: 'identity' },
  'torchvision/resnet50': {
    depth: 50,
    ...plainStem,
    shortcut: 'projection',
    scheme: 'torchvision',
  },
  'torchvision/resnet101': { depth: 101, ...plainStem, shortcut: 'projection' },
  'torchvision/resnet152': { depth: 152, ...plainStem, shortcut: 'projection' },
  'torchvision/wide_resnet50_2': {
    depth: 50,
    ...plainStem,
    widths: [128, 256, 512, 1024],
    expansion: 2,
  },
  'torchvision/resnext50_32x4d': {
    depth: 50,
    ...plainStem,
    widths: [64, 128, 256, 512],
    expansion: 4,
    groups: 32,
    groupWidth: 4,
    paramCount: 25_028_904,
  },
  'timm/resnet18': { depth: 18, ...plainStem, firstShortcut: 'identity', scheme: 'torchvision' },
  'timm/resnet50': { depth: 50, ...plainStem, shortcut: 'projection' },
  'timm/resnet18d': {
    depth: 18,
    ...deepStem,
    shortcut: 'avgpool',
    firstShortcut: 'identity',
    paramCount: 11_708_744,
  },
  'timm/resnet34d': {
    depth: 34,
    ...deepStem,
    shortcut: 'avgpool',
    firstShortcut: 'identity',
    paramCount: 21_816_904,
  },
  'timm/resnet50d': {
    depth: 50,
    ...deepStem,
    shortcut: 'avgpool',
    scheme: 'timm',
    paramCount: 25_576_264,
  },
  'timm/resnet101d': { depth: 101, ...deepStem, shortcut: 'avgpool', paramCount: 44_568_392 },
  'timm/resnet152d': { depth: 152, ...deepStem, shortcut: 'avgpool', paramCount: 60_212_040 },
  'timm/resnet200d': {
    stages: [3, 24, 36, 3],
    ...deepStem,
    shortcut: 'avgpool',
    paramCount: 64_693_064,
  },
};

const stateDicts = new URL('../../../../../shared/seed/state_dicts.json', import.meta.url);

describe.skipIf(!existsSync(stateDicts))(
  'published networks (needs ../shared/seed/state_dicts.json)',
  () => {
    const networks: Record<string, readonly NamedShape[]> = existsSync(stateDicts)
      ? JSON.parse(readFileSync(stateDicts, 'utf8'))
      : {};

    test('all of them are here', () => {
      expect(Object.keys(networks).sort()).toEqual(Object.keys(published).sort());
    });

    test.each(Object.entries(published))('%s', (name, expected) => {
      const file = fileOf(name, networks[name] ?? []);
      const inferred = describeWeights(file);
      expect(inferred).toMatchObject({ classes: 1000, inputChannels: 3, ...expected });
      const graph = lowerSpec(specFromInferred(inferred, 224));
      expect(countCost(graph).params).toBe(inferred.paramCount);
      expect(() => bindWeights(graph, file)).not.toThrow();
    });
  },
);

/** A torchvision network of one block: small enough to change one thing at a time. */
const small: readonly NamedShape[] = [
  ['conv1.weight', [8, 3, 7, 7]],
  ['layer1.0.conv1.weight', [8, 8, 3, 3]],
  ['layer1.0.conv2.weight', [8, 8, 3, 3]],
  ['layer2.0.conv1.weight', [16, 8, 3, 3]],
  ['layer2.0.conv2.weight', [16, 16, 3, 3]],
  ['layer2.0.downsample.0.weight', [16, 8, 1, 1]],
  ['fc.weight', [10, 16]],
  ['fc.bias', [10]],
];

function changed(
  changes: Readonly<Record<string, readonly number[] | undefined>>,
): readonly NamedShape[] {
  const kept = small.filter(([name]) => !Object.hasOwn(changes, name));
  const added = Object.entries(changes).flatMap(([name, shape]) =>
    shape ? [[name, shape] as const] : [],
  );
  return [...kept, ...added];
}

describe('a network under the names of a scheme is described as it is', () => {
  const deepNet = { stem: 'deep', stemWidths: [4, 6, 8] } as const;
  const bottleneck = { block: 'bottleneck', expansion: 4 } as const;
  const ofFour = { widths: [8, 8, 8, 8] } as const;
  const pad = { shortcut: 'pad', firstShortcut: 'identity' } as const;
  const identity = { firstShortcut: 'identity' } as const;
  const cases: readonly (readonly [
    scheme: string,
    spec: Partial<Spec>,
    told?: { readonly depth?: number; readonly shortcutUnknown?: string },
  ])[] = [
    ['torchvision', { stages: [2, 1, 3], widths: [8, 16, 32], ...identity }],
    ['torchvision', { stages: [1, 2], ...bottleneck }],
    ['torchvision', { stages: [2], widths: [8], ...bottleneck, expansion: 2 }],
    ['torchvision', { stages: [2, 2], ...pad }],
    ['torchvision', { stages: [2, 2], widths: [8, 8], ...pad }],
    ['torchvision', { stages: [2, 2, 2, 2], ...ofFour }, { depth: 18 }],
    ['torchvision', { stages: [2, 2, 2, 3], ...ofFour }],
    ['torchvision', { stages: [2, 2, 2, 2], ...ofFour, ...bottleneck }],
    ['torchvision', { stages: [3, 4, 6, 3], ...ofFour }, { depth: 34 }],
    ['torchvision', { stages: [3, 4, 6, 3], ...ofFour, ...bottleneck }, { depth: 50 }],
    [
      'torchvision',
      { stages: [2], widths: [8], ...identity },
      { shortcutUnknown: 'No shape of this network needs a projection.' },
    ],
    ['CIFAR ResNet', { stem: 'conv3', stages: [2, 2], ...identity }],
    ['timm', { stages: [2, 2], ...deepNet, shortcut: 'avgpool', ...identity }],
    ['PaddleClas', { stages: [2, 1, 3], widths: [8, 16, 32] }],
    ['PaddleClas', { stages: [3, 2, 2], widths: [8, 8, 8], ...deepNet, shortcut: 'avgpool' }],
    ['PaddleClas', { stages: [2, 2, 3], widths: [8, 16, 32], ...pad }],
    ['PaddleClas', { stages: [1, 12], ...bottleneck }],
    ['torchvision', { stages: [2, 1], ...bottleneck, groups: 2, groupWidth: 32 }],
    ['torchvision', { stages: [2, 1], ...bottleneck, groups: 4, groupWidth: 32 }],
    [
      'torchvision',
      {
        stages: [2, 1],
        widths: [16, 32],
        ...bottleneck,
        attention: { kind: 'se', reduce: 16, divisor: 8 },
      },
    ],
    ['torchvision', { stages: [2, 1], attention: { kind: 'eca' } }],
    ['PaddleClas 2.0', { stages: [2, 2], attention: { kind: 'se', reduce: 4, divisor: 1 } }],
    ['PaddleClas 2.0', { stages: [2, 2] }],
    [
      'PaddleClas 2.0',
      { stages: [2, 2], ...deepNet },
      {
        shortcutUnknown: 'PaddleClas 2.0 named vc and vd alike: `shortcut avgpool` if it is a vd.',
      },
    ],
  ];

  test.for(cases)('%s: %j', ([title, over, { depth, shortcutUnknown: reason } = {}]) => {
    const input = { channels: 3, height: 64, width: 64 };
    const spec = specOf({ input, classes: 11, ...over });
    const count = spec.stemWidths.length;
    const scheme = schemes.find((one) => one.title === title && one.stems[count]);
    if (!scheme) throw new Error(`no scheme ${title}`);
    const entries = namedShapes(spec, scheme);
    const { shortcut, firstShortcut, stages, widths, expansion, block, stem, stemWidths } = spec;
    const { groups, groupWidth, attention, multiPath, narrowFirst, shortcutKernel } = spec;
    const { stageBlocks, norm, pool, stemPool, head } = spec;
    const words = { shortcut, firstShortcut, stages, widths, expansion, block, stem, stageBlocks };
    const paths = { groups, groupWidth, attention, multiPath, narrowFirst, shortcutKernel };
    const expected = { ...words, ...paths, norm, pool, stemPool, head };
    // A framework writes the names in its own order.
    for (const order of [entries, entries.toReversed()]) {
      const { unknowns, ...inferred } = describeWeights(fileOf('net.pth', order));
      expect(inferred).toStrictEqual({
        ...expected,
        scheme: scheme.name,
        stemWidths,
        ...(depth ? { depth } : {}),
        inputChannels: 3,
        classes: 11,
        paramCount: countCost(lowerSpec(spec)).params,
      });
      const told = unknowns.filter(({ property }) => property === 'shortcut');
      expect(told).toEqual(reason ? [{ property: 'shortcut', assumed: 'projection', reason }] : []);
    }
  });

  test('statistics and counters are no parameters', () => {
    const { paramCount } = describeWeights(fileOf('net.pth', small));
    const norm = ['weight', 'bias', 'running_mean', 'running_var'].map(
      (name): NamedShape => [`bn1.${name}`, [8]],
    );
    const counter: NamedShape = ['bn1.num_batches_tracked', [], 'int64'];
    const more = describeWeights(fileOf('net.pth', [...small, ...norm, counter]));
    // Convolutions: 1176 + 2 · 576 + 1152 + 2304 + 128; the linear layer: 170.
    expect(paramCount).toBe(6082);
    expect(more).toEqual({ ...describeWeights(fileOf('net.pth', small)), paramCount: 6098 });
  });
});

describe('networks that no spec can describe are refused with the reason', () => {
  const cases: readonly (readonly [
    string,
    Readonly<Record<string, readonly number[] | undefined>>,
  ])[] = [
    [
      'some of its blocks have attention layers, some have none',
      { 'layer1.0.se.fc1.weight': [2, 8, 1, 1] },
    ],
    ['legacy SENet', { 'layer1.0.se_module.fc1.weight': [2, 8, 1, 1] }],
    [
      'the squeezes of its attention layers are no fixed part of the channels',
      {
        'layer1.0.se.fc1.weight': [7, 8, 1, 1],
        'layer1.0.se.fc2.weight': [8, 7, 1, 1],
        'layer2.0.se.fc1.weight': [2, 16, 1, 1],
        'layer2.0.se.fc2.weight': [16, 2, 1, 1],
      },
    ],
    ['it has attention layers', { 'layers.0.blocks.1.mlp.fc1.weight': [2, 2] }],
    ['it has attention layers', { 'layers.0.blocks.12.mlp.fc1.weight': [2, 2] }],
    ['it is a RepVGG-like network', { 'stage1.0.rbr_dense.conv.weight': [2, 2, 3, 3] }],
    ['its head has more than one layer', { 'head.12.weight': [1, 1] }],
    ['its convolutions have a bias', { 'layer1.0.conv2.bias': [8] }],
    ["'layer1.0.conv4.bias' belongs to no network", { 'layer1.0.conv4.bias': [8] }],
    ["'layer1.0.conv1.bias_mask' belongs to no network", { 'layer1.0.conv1.bias_mask': [8] }],
    ['its stem has convolutions of sizes ?.', { 'conv1.weight': [8, 3, 7, 5] }],
    ['its stem has convolutions of sizes ?.', { 'conv1.weight': [8] }],
    [
      'the convolutions of its stem do not follow each other',
      {
        'conv1.weight': undefined,
        'conv1.0.weight': [4, 3, 3, 3],
        'conv1.3.weight': [4, 5, 3, 3],
        'conv1.6.weight': [8, 4, 3, 3],
      },
    ],
    [
      'stem convolution 0 is missing',
      {
        'conv1.weight': undefined,
        'conv1.3.weight': [4, 4, 3, 3],
        'conv1.6.weight': [8, 4, 3, 3],
      },
    ],
    ['block 0 has a layer 8', { 'layer1.0.conv9.weight': [8, 8, 3, 3] }],
    ['block 0: layer 2 is missing', { 'layer1.0.conv8.weight': [8, 8, 3, 3] }],
    [
      'it has no blocks',
      Object.fromEntries(
        small.filter(([name]) => name.startsWith('layer')).map(([name]) => [name, undefined]),
      ),
    ],
    [
      'blocks before block 0 of stage 3 are missing',
      {
        'layer3.0.conv1.weight': [32, 16, 3, 3],
        'layer2.0.conv1.weight': undefined,
        'layer2.0.conv2.weight': undefined,
        'layer2.0.downsample.0.weight': undefined,
      },
    ],
    [
      'block 1 of stage 1 changes the width',
      { 'layer1.1.conv1.weight': [8, 8, 3, 3], 'layer1.1.conv2.weight': [12, 8, 3, 3] },
    ],
    [
      'its blocks have convolutions of sizes 3,3 and 5,3 and 7,3 in stage 1.',
      Object.fromEntries(
        [5, 7, 9].flatMap((size, index) => [
          [`layer1.${index + 1}.conv1.weight`, [8, 8, size, size]],
          [`layer1.${index + 1}.conv2.weight`, [8, 8, 3, 3]],
        ]),
      ),
    ],
    ['some of its blocks have attention layers', { 'layer1.0.se.conv.weight': [1, 1, 3] }],
    ['convolutions of several paths (conv2/part0)', { 'layer1.0.convs.0.weight': [2, 2, 3, 3] }],
    ['attention', { 'layer1.0.attn.qkv.weight': [2, 2] }],
    ['more than one layer', { 'fc.0.weight': [1, 1] }],
    ['takes 12 features where 16 come', { 'fc.weight': [10, 12] }],
    ['sizes 5', { 'conv1.weight': [8, 3, 5, 5] }],
    ['it has no stem', { 'conv1.weight': undefined }],
    ['4 groups in block 0 of stage 1', { 'layer1.0.conv2.weight': [8, 2, 3, 3] }],
    ['takes 5 channels where 8 come', { 'layer1.0.conv2.weight': [8, 5, 3, 3] }],
    ['sizes 3,5', { 'layer1.0.conv2.weight': [8, 8, 5, 5] }],
    [
      '3,3 and 1,3,1 in stage 1',
      {
        'layer1.1.conv1.weight': [8, 8, 1, 1],
        'layer1.1.conv2.weight': [8, 8, 3, 3],
        'layer1.1.conv3.weight': [8, 8, 1, 1],
      },
    ],
    ['layer 0 is missing', { 'layer1.0.conv1.weight': undefined }],
    [
      'blocks before block 2 of stage 2 are missing',
      {
        'layer2.2.conv1.weight': [16, 16, 3, 3],
        'layer2.2.conv2.weight': [16, 16, 3, 3],
        'layer2.1.conv1.weight': undefined,
      },
    ],
    [
      'no fixed multiple',
      {
        'layer2.0.conv2.weight': [32, 16, 3, 3],
        'layer2.0.downsample.0.weight': [32, 8, 1, 1],
        'fc.weight': [10, 32],
      },
    ],
    [
      'the projection of stage 2 is [16, 8, 2, 2]',
      { 'layer2.0.downsample.0.weight': [16, 8, 2, 2] },
    ],
    [
      'stage 2 has a projection in the middle',
      {
        'layer2.1.conv1.weight': [16, 16, 3, 3],
        'layer2.1.conv2.weight': [16, 16, 3, 3],
        'layer2.1.downsample.0.weight': [16, 16, 1, 1],
      },
    ],
    [
      'some of its stages begin with a projection',
      {
        'layer3.0.conv1.weight': [32, 16, 3, 3],
        'layer3.0.conv2.weight': [32, 32, 3, 3],
        'fc.weight': [10, 32],
      },
    ],
    [
      'some of its stages begin with a projection',
      {
        'layer1.0.downsample.0.weight': [8, 8, 1, 1],
        'layer2.0.downsample.0.weight': undefined,
      },
    ],
    [
      'no fixed multiple of their widths',
      {
        'layer1.0.conv2.weight': [16, 8, 3, 3],
        'layer1.0.downsample.0.weight': [16, 8, 1, 1],
        'layer2.0.conv1.weight': undefined,
        'layer2.0.conv2.weight': undefined,
        'layer2.0.downsample.0.weight': undefined,
      },
    ],
    [
      'another width than block 0',
      { 'layer1.1.conv1.weight': [12, 8, 3, 3], 'layer1.1.conv2.weight': [8, 12, 3, 3] },
    ],
  ];
  test.each(cases)('%s', async (reason, changes) => {
    const work = () => describeWeights(fileOf('odd.pth', changed(changes)));
    const { message } = await expectDiagnostic(work, 'weights-network-unsupported');
    expect(message).toContain(reason);
  });

  test('names of no scheme', async () => {
    const file = fileOf('vit.pth', [
      ['cls_token', [1]],
      ['pos_embed', [1]],
    ]);
    const work = () => describeWeights(file);
    expect((await expectDiagnostic(work, 'weights-names-unknown')).message).toContain(
      'cls_token, pos_embed.',
    );
  });

  test('of many names of no scheme four are shown', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((name): NamedShape => [`${name}.weight`, [1]]);
    const work = () => describeWeights(fileOf('vit.pth', names));
    const { message } = await expectDiagnostic(work, 'weights-names-unknown');
    expect(message).toContain(': a.weight, b.weight, c.weight, d.weight, …');
  });

  test('blocks that are counted through: one is missing', async () => {
    const scheme = schemes.find(({ name }) => name === 'paddleclas');
    if (!scheme) throw new Error('no scheme');
    for (const missing of [0, 1, 3]) {
      const kept = namedShapes(specOf({ stages: [2, 3] }), scheme).filter(
        ([name]) => !name.startsWith(`blocks.${missing}.`),
      );
      const work = () => describeWeights(fileOf('net.pdparams', kept));
      const { message } = await expectDiagnostic(work, 'weights-network-unsupported');
      expect(message).toContain(`: block ${missing} is missing.`);
    }
  });
});
