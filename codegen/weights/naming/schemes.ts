import type { LayerRule, NameScheme } from './scheme.ts';

const paddleBatchNorm = {
  'bn.scale': 'weight',
  'bn.bias': 'bias',
  'bn.mean': '_mean',
  'bn.var': '_variance',
} as const;

const torchBatchNorm = {
  'bn.scale': 'weight',
  'bn.bias': 'bias',
  'bn.mean': 'running_mean',
  'bn.var': 'running_var',
} as const;

/** A convolution and its batch norm. */
function convNorm(path: string, conv: string, bn: string): readonly LayerRule[] {
  return [
    { kind: 'conv', path, name: conv },
    { kind: 'bn', path: `${path}/bn`, name: bn },
  ];
}

/** Both under one layer, as PaddleClas' ConvBNLayer has them. */
function paddleLayer(path: string, layer: string): readonly LayerRule[] {
  return convNorm(path, `${layer}.conv`, `${layer}.bn`);
}

/** The same in PaddleClas 2.0 and 2.1 and in resnet_vc.py. */
function oldPaddleLayer(path: string, layer: string): readonly LayerRule[] {
  return convNorm(path, `${layer}._conv`, `${layer}._batch_norm`);
}

function head(name: string): LayerRule {
  return { kind: 'linear', path: 'head/fc', name };
}

const branch = 'stage{stage}/block{block}/conv{conv}';
const shortcut = 'stage{stage}/block{block}/shortcut';

const torchStem = convNorm('stem/conv1', 'conv1', 'bn1');

/** Stems of torchvision and timm: the third convolution of a deep one shares the plain stem's batch norm. */
const torchStems: NameScheme['stems'] = {
  1: torchStem,
  3: [
    ...convNorm('stem/conv1', 'conv1.0', 'conv1.1'),
    ...convNorm('stem/conv2', 'conv1.3', 'conv1.4'),
    ...convNorm('stem/conv3', 'conv1.6', 'bn1'),
  ],
};

/** The shortcut's layers stand in a sequence, at these places of it. */
function torchLayers(sequence: string, conv: number, bn: number): readonly LayerRule[] {
  const block = 'layer{stage}.{block}';
  return [
    ...convNorm(branch, `${block}.conv{conv}`, `${block}.bn{conv}`),
    ...convNorm(shortcut, `${block}.${sequence}.${conv}`, `${block}.${sequence}.${bn}`),
  ];
}

/**
 * Names of today's and older releases. Where two fit a file equally, the first is taken.
 * Sources: PaddleClas ppcls/arch/backbone/legendary_models/resnet.py and model_zoo/resnet_vc.py (2.6), resnet.py of 2.0;
 * torchvision 0.29 models/resnet.py; timm 1.0 models/resnet.py; akamaster/pytorch_resnet_cifar10 resnet.py.
 */
export const schemes: readonly NameScheme[] = [
  {
    // The vd networks are the only ones with a deep stem: ResNet50_vc has kept the old names.
    name: 'paddleclas',
    title: 'PaddleClas',
    aliases: [],
    deepStemShortcut: 'avgpool',
    stems: {
      1: paddleLayer('stem/conv1', 'stem.0'),
      3: [1, 2, 3].flatMap((conv) => paddleLayer(`stem/conv${conv}`, `stem.${conv - 1}`)),
    },
    layers: [
      ...paddleLayer(branch, 'blocks.{flat}.conv{conv-1}'),
      ...paddleLayer(shortcut, 'blocks.{flat}.short'),
      head('fc'),
    ],
    batchNorm: paddleBatchNorm,
    linearLayout: 'io',
  },
  {
    name: 'paddleclas-v2',
    title: 'PaddleClas 2.0',
    aliases: ['paddleclas'],
    stems: {
      3: [1, 2, 3].flatMap((conv) => oldPaddleLayer(`stem/conv${conv}`, `conv1_${conv}`)),
    },
    layers: [
      ...oldPaddleLayer(branch, 'bb_{stage-1}_{block}.conv{conv-1}'),
      ...oldPaddleLayer(shortcut, 'bb_{stage-1}_{block}.short'),
      head('out'),
    ],
    batchNorm: paddleBatchNorm,
    linearLayout: 'io',
  },
  {
    name: 'paddleclas-v2',
    title: 'PaddleClas 2.0',
    aliases: ['paddleclas'],
    stems: { 1: oldPaddleLayer('stem/conv1', 'conv') },
    layers: [
      ...oldPaddleLayer(branch, 'res{stage+1}{letter}.conv{conv-1}'),
      ...oldPaddleLayer(shortcut, 'res{stage+1}{letter}.short'),
      head('out'),
    ],
    batchNorm: paddleBatchNorm,
    linearLayout: 'io',
  },
  {
    name: 'torchvision',
    title: 'torchvision',
    aliases: ['timm'],
    stems: torchStems,
    layers: [...torchLayers('downsample', 0, 1), head('fc')],
    batchNorm: torchBatchNorm,
    linearLayout: 'oi',
    shortcutKind: 'projection',
  },
  {
    // avg_down: the pool stands first in the shortcut and moves the numbers on.
    name: 'timm',
    title: 'timm',
    aliases: [],
    stems: torchStems,
    layers: [...torchLayers('downsample', 1, 2), head('fc')],
    batchNorm: torchBatchNorm,
    linearLayout: 'oi',
    shortcutKind: 'avgpool',
  },
  {
    name: 'cifar',
    title: 'CIFAR ResNet',
    aliases: [],
    stems: { 1: torchStem },
    layers: [...torchLayers('shortcut', 0, 1), head('linear')],
    batchNorm: torchBatchNorm,
    linearLayout: 'oi',
    shortcutKind: 'projection',
  },
];
