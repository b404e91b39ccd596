import type { LayerNames, NameScheme } from './scheme.ts';

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

/** Conv and batch norm under one layer, as PaddleClas' ConvBNLayer has them. */
function paddleLayer(layer: string): LayerNames {
  return { conv: `${layer}.conv`, bn: `${layer}.bn` };
}

/** The same in PaddleClas 2.0 and 2.1 and in resnet_vc.py. */
function oldPaddleLayer(layer: string): LayerNames {
  return { conv: `${layer}._conv`, bn: `${layer}._batch_norm` };
}

/** Stems of torchvision and timm: the third convolution of a deep one shares the plain stem's batch norm. */
const torchStems: NameScheme['stems'] = {
  1: [{ conv: 'conv1', bn: 'bn1' }],
  3: [
    { conv: 'conv1.0', bn: 'conv1.1' },
    { conv: 'conv1.3', bn: 'conv1.4' },
    { conv: 'conv1.6', bn: 'bn1' },
  ],
};

const torchLayer: LayerNames = {
  conv: 'layer{stage+1}.{block}.conv{layer+1}',
  bn: 'layer{stage+1}.{block}.bn{layer+1}',
};

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
      1: [paddleLayer('stem.0')],
      3: [paddleLayer('stem.0'), paddleLayer('stem.1'), paddleLayer('stem.2')],
    },
    layer: paddleLayer('blocks.{flat}.conv{layer}'),
    shortcut: paddleLayer('blocks.{flat}.short'),
    head: 'fc',
    batchNorm: paddleBatchNorm,
    linearLayout: 'io',
  },
  {
    name: 'paddleclas-v2',
    title: 'PaddleClas 2.0',
    aliases: ['paddleclas'],
    stems: { 3: ['conv1_1', 'conv1_2', 'conv1_3'].map(oldPaddleLayer) },
    layer: oldPaddleLayer('bb_{stage}_{block}.conv{layer}'),
    shortcut: oldPaddleLayer('bb_{stage}_{block}.short'),
    head: 'out',
    batchNorm: paddleBatchNorm,
    linearLayout: 'io',
  },
  {
    name: 'paddleclas-v2',
    title: 'PaddleClas 2.0',
    aliases: ['paddleclas'],
    stems: { 1: [oldPaddleLayer('conv')] },
    layer: oldPaddleLayer('res{stage+2}{letter}.conv{layer}'),
    shortcut: oldPaddleLayer('res{stage+2}{letter}.short'),
    head: 'out',
    batchNorm: paddleBatchNorm,
    linearLayout: 'io',
  },
  {
    name: 'torchvision',
    title: 'torchvision',
    aliases: ['timm'],
    stems: torchStems,
    layer: torchLayer,
    shortcut: {
      conv: 'layer{stage+1}.{block}.downsample.0',
      bn: 'layer{stage+1}.{block}.downsample.1',
    },
    head: 'fc',
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
    layer: torchLayer,
    shortcut: {
      conv: 'layer{stage+1}.{block}.downsample.1',
      bn: 'layer{stage+1}.{block}.downsample.2',
    },
    head: 'fc',
    batchNorm: torchBatchNorm,
    linearLayout: 'oi',
    shortcutKind: 'avgpool',
  },
  {
    name: 'cifar',
    title: 'CIFAR ResNet',
    aliases: [],
    stems: { 1: [{ conv: 'conv1', bn: 'bn1' }] },
    layer: torchLayer,
    shortcut: {
      conv: 'layer{stage+1}.{block}.shortcut.0',
      bn: 'layer{stage+1}.{block}.shortcut.1',
    },
    head: 'linear',
    batchNorm: torchBatchNorm,
    linearLayout: 'oi',
    shortcutKind: 'projection',
  },
];
