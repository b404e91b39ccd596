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

/** The same layers where the convolution has a bias all the same. */
function biased(rules: readonly LayerRule[]): readonly LayerRule[] {
  return rules.map((rule) => (rule.kind === 'conv' ? { ...rule, hasBias: true } : rule));
}

/** Both under one layer, as PaddleClas' ConvBNLayer has them. */
function paddleLayer(path: string, layer: string): readonly LayerRule[] {
  return convNorm(path, `${layer}.conv`, `${layer}.bn`);
}

/** The same in PaddleClas 2.0 and 2.1 and in resnet_vc.py. */
function oldPaddleLayer(path: string, layer: string): readonly LayerRule[] {
  return convNorm(path, `${layer}._conv`, `${layer}._batch_norm`);
}

/** torch's layers in a sequence: a convolution at one number, its batch norm at the next that counts. */
function sequence(path: string, name: string, conv: number, bn: number): readonly LayerRule[] {
  return convNorm(path, `${name}.${conv}`, `${name}.${bn}`);
}

function head(name: string): LayerRule {
  return { kind: 'linear', path: 'head/fc', name };
}

const branch = 'stage{stage}/block{block}/conv{conv}';
const shortcut = 'stage{stage}/block{block}/shortcut';

const attention = 'stage{stage}/block{block}/attention';

/** timm's squeeze and excitation, and its efficient channel attention, which is a convolution of one dimension. */
function torchAttention(block: string): readonly LayerRule[] {
  return [
    { kind: 'conv', path: `${attention}/reduce`, name: `${block}.se.fc1`, hasBias: true },
    { kind: 'conv', path: `${attention}/expand`, name: `${block}.se.fc2`, hasBias: true },
    { kind: 'conv', path: `${attention}/conv`, name: `${block}.se.conv`, stored: 'conv1d' },
  ];
}

/** PaddleClas' squeeze and excitation, of linear layers. */
function paddleAttention(block: string): readonly LayerRule[] {
  const linear = { kind: 'conv', stored: 'linear', hasBias: true } as const;
  return [
    { ...linear, path: `${attention}/reduce`, name: `${block}.squeeze` },
    { ...linear, path: `${attention}/expand`, name: `${block}.excitation` },
  ];
}

/** timm's Res2Net: parts of the 3×3 convolution in a list. */
function torchParts(block: string): readonly LayerRule[] {
  return convNorm(
    'stage{stage}/block{block}/conv2/part{part}',
    `${block}.convs.{part}`,
    `${block}.bns.{part}`,
  );
}

const inBlock = 'stage{stage}/block{block}';
const timmBlock = 'layer{stage}.{block}';

/** timm's ResNeSt: the 3×3 convolution and what weighs its parts are one layer. */
const timmSplitAttention: readonly LayerRule[] = [
  ...[1, 3].flatMap((conv) =>
    convNorm(`${inBlock}/conv${conv}`, `${timmBlock}.conv${conv}`, `${timmBlock}.bn${conv}`),
  ),
  ...convNorm(`${inBlock}/conv2`, `${timmBlock}.conv2.conv`, `${timmBlock}.conv2.bn0`),
  ...biased(
    convNorm(
      `${inBlock}/conv2/attention/reduce`,
      `${timmBlock}.conv2.fc1`,
      `${timmBlock}.conv2.bn1`,
    ),
  ),
  {
    kind: 'conv',
    path: `${inBlock}/conv2/attention/expand`,
    name: `${timmBlock}.conv2.fc2`,
    hasBias: true,
  },
];

/** timm's SKNet: every convolution and its norm are one layer, and the paths stand in the layer that strides. */
const timmSelect: readonly LayerRule[] = [
  ...convNorm(branch, `${timmBlock}.conv{conv}.conv`, `${timmBlock}.conv{conv}.bn`),
  ...convNorm(
    `${inBlock}/conv{conv}/path{part}`,
    `${timmBlock}.conv{conv}.paths.{part}.conv`,
    `${timmBlock}.conv{conv}.paths.{part}.bn`,
  ),
  ...convNorm(
    `${inBlock}/conv{conv}/attention/reduce`,
    `${timmBlock}.conv{conv}.attn.fc_reduce`,
    `${timmBlock}.conv{conv}.attn.bn`,
  ),
  {
    kind: 'conv',
    path: `${inBlock}/conv{conv}/attention/expand`,
    name: `${timmBlock}.conv{conv}.attn.fc_select`,
  },
];

/** PaddleClas' ResNeSt. */
const paddleNestBlock = 'layer{stage}.layer{stage}_bottleneck_{block}';
const paddleSplitAttention: readonly LayerRule[] = [
  ...[1, 3].flatMap((conv) =>
    oldPaddleLayer(`${inBlock}/conv${conv}`, `${paddleNestBlock}.conv${conv}`),
  ),
  ...oldPaddleLayer(`${inBlock}/conv2`, `${paddleNestBlock}.conv2.conv1`),
  ...oldPaddleLayer(`${inBlock}/conv2/attention/reduce`, `${paddleNestBlock}.conv2.conv2`),
  {
    kind: 'conv',
    path: `${inBlock}/conv2/attention/expand`,
    name: `${paddleNestBlock}.conv2.conv3`,
    hasBias: true,
  },
  ...convNorm(shortcut, `${paddleNestBlock}.conv4`, `${paddleNestBlock}._batch_norm`),
];

/** Three convolutions in a sequence, each with its batch norm and ReLU. */
const wholeStems: NameScheme['stems'] = {
  3: [0, 3, 6].flatMap((conv, index) => sequence(`stem/conv${index + 1}`, 'stem', conv, conv + 1)),
};

/** Stems of torchvision and timm: the third convolution of a deep one shares the plain stem's batch norm. */
function torchStemsAt(conv: string, bn: string): NameScheme['stems'] {
  return {
    1: convNorm('stem/conv1', conv, bn),
    3: [
      ...sequence('stem/conv1', conv, 0, 1),
      ...sequence('stem/conv2', conv, 3, 4),
      ...convNorm('stem/conv3', `${conv}.6`, bn),
    ],
  };
}

/** timm's resnetrs: a convolution in the pool's place. */
const timmStemPool = sequence('stem/pool', 'maxpool', 0, 1);

const torchStems = torchStemsAt('conv1', 'bn1');
const plainStems: NameScheme['stems'] = { 1: convNorm('stem/conv1', 'conv1', 'bn1') };

/** The shortcut's layers stand in a sequence, at these places of it. */
function torchLayers(
  shortcutName: string,
  conv: number,
  bn: number,
  block = 'layer{stage}.{block}',
): readonly LayerRule[] {
  return [
    ...convNorm(branch, `${block}.conv{conv}`, `${block}.bn{conv}`),
    ...sequence(shortcut, `${block}.${shortcutName}`, conv, bn),
    ...torchAttention(block),
    ...torchParts(block),
    ...timmStemPool,
  ];
}

/** Both under one layer of transformers. */
function transformersLayer(path: string, layer: string): readonly LayerRule[] {
  return convNorm(path, `${layer}.convolution`, `${layer}.normalization`);
}

const transformersBlock = 'encoder.stages.{stage-1}.layers.{block}';
const residualBlock = 'conv{stage+1}_x.{block}';

/** What all networks of torch have in common: paths as in timm models/res2net.py and layers/split_attn.py, which are the authors' own. */
const torch = {
  batchNorm: torchBatchNorm,
  linearLayout: 'oi',
  paths: { start: 'pooled', padding: 'counted', divisor: 8, bias: true },
} as const;

/** What all networks of Paddle have in common: paths as in ppcls arch/backbone/model_zoo/res2net.py and resnest.py. */
const paddle = {
  batchNorm: paddleBatchNorm,
  linearLayout: 'io',
  paths: { start: 'chained', padding: 'ignored', divisor: 1, bias: false },
} as const;

/**
 * Names of today's and older releases. Where two fit a file equally, the first is taken.
 * Sources: PaddleClas ppcls/arch/backbone/legendary_models/resnet.py and model_zoo/resnet_vc.py (2.6), resnet.py of 2.0;
 * torchvision 0.29 models/resnet.py; timm 1.0 models/resnet.py; akamaster/pytorch_resnet_cifar10 resnet.py; paddle 3.3
 * vision/models/resnet.py; transformers 5 models/resnet/modeling_resnet.py; NVIDIA/DeepLearningExamples PyTorch/Classification/ConvNets
 * image_classification/models/resnet.py; open-mmlab/mmpretrain models/backbones/resnet.py; weiaicunzai/pytorch-cifar100 models/resnet.py.
 * Linear layers have any name (find-head.ts): the one here is what the framework itself has.
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
    ...paddle,
  },
  {
    name: 'paddleclas-v2',
    title: 'PaddleClas 2.0',
    aliases: ['paddleclas'],
    // ResNeXt has these blocks behind a plain stem.
    stems: {
      1: oldPaddleLayer('stem/conv1', 'conv'),
      3: [1, 2, 3].flatMap((conv) => oldPaddleLayer(`stem/conv${conv}`, `conv1_${conv}`)),
    },
    layers: [
      ...oldPaddleLayer(branch, 'bb_{stage-1}_{block}.conv{conv-1}'),
      ...oldPaddleLayer(shortcut, 'bb_{stage-1}_{block}.short'),
      ...paddleAttention('bb_{stage-1}_{block}.scale'),
      head('out'),
    ],
    ...paddle,
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
    ...paddle,
  },
  {
    name: 'torchvision',
    title: 'torchvision',
    aliases: ['timm'],
    stems: torchStems,
    layers: [...torchLayers('downsample', 0, 1), head('fc')],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    // avg_down: the pool stands first in the shortcut and moves the numbers on.
    name: 'timm',
    title: 'timm',
    aliases: [],
    stems: torchStems,
    layers: [...torchLayers('downsample', 1, 2), head('fc')],
    ...torch,
    shortcutKind: 'avgpool',
  },
  {
    name: 'cifar',
    title: 'CIFAR ResNet',
    aliases: [],
    stems: plainStems,
    layers: [...torchLayers('shortcut', 0, 1), head('linear')],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    name: 'cifar',
    title: 'CIFAR-100 ResNet',
    aliases: [],
    stems: { 1: sequence('stem/conv1', 'conv1', 0, 1) },
    layers: [
      ...[0, 3, 6].flatMap((conv, index) =>
        sequence(
          `stage{stage}/block{block}/conv${index + 1}`,
          `${residualBlock}.residual_function`,
          conv,
          conv + 1,
        ),
      ),
      ...sequence(shortcut, `${residualBlock}.shortcut`, 0, 1),
      head('fc'),
    ],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    name: 'paddle-vision',
    title: 'paddle.vision',
    aliases: [],
    stems: plainStems,
    layers: [...torchLayers('downsample', 0, 1), head('fc')],
    ...paddle,
    shortcutKind: 'projection',
  },
  {
    name: 'transformers',
    title: 'transformers',
    aliases: [],
    stems: { 1: transformersLayer('stem/conv1', 'embedder.embedder') },
    layers: [
      ...transformersLayer(branch, `${transformersBlock}.layer.{conv-1}`),
      ...transformersLayer(shortcut, `${transformersBlock}.shortcut`),
      head('classifier.1'),
    ],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    name: 'nvidia',
    title: 'NVIDIA DeepLearningExamples',
    aliases: [],
    stems: plainStems,
    layers: [...torchLayers('downsample', 0, 1, 'layers.{stage-1}.{block}'), head('fc')],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    // V1c: a deep stem and plain shortcuts; mmpretrain's other plain networks have torchvision's names.
    name: 'mmpretrain',
    title: 'mmpretrain',
    aliases: [],
    stems: wholeStems,
    layers: [...torchLayers('downsample', 0, 1), head('head.fc')],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    // V1d: the shortcut's pool stands first.
    name: 'mmpretrain',
    title: 'mmpretrain',
    aliases: [],
    stems: wholeStems,
    layers: [...torchLayers('downsample', 1, 2), head('head.fc')],
    ...torch,
    shortcutKind: 'avgpool',
  },
  {
    // The children of a torchvision network in a Sequential, as feature extractors are cut out.
    name: 'torchvision',
    title: "torchvision's layers in a Sequential",
    aliases: ['timm'],
    stems: torchStemsAt('0', '1'),
    layers: [...torchLayers('downsample', 0, 1, '{stage+3}.{block}'), head('fc')],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    name: 'timm',
    title: "timm's layers in a Sequential",
    aliases: [],
    stems: torchStemsAt('0', '1'),
    layers: [...torchLayers('downsample', 1, 2, '{stage+3}.{block}'), head('fc')],
    ...torch,
    shortcutKind: 'avgpool',
  },
  {
    name: 'timm',
    title: "timm's ResNeSt",
    aliases: [],
    stems: torchStems,
    layers: [
      ...timmSplitAttention,
      ...sequence(shortcut, `${timmBlock}.downsample`, 1, 2),
      head('fc'),
    ],
    ...torch,
    shortcutKind: 'avgpool',
  },
  {
    name: 'timm',
    title: "timm's SKNet",
    aliases: [],
    stems: torchStems,
    layers: [...timmSelect, ...sequence(shortcut, `${timmBlock}.downsample`, 0, 1), head('fc')],
    ...torch,
    shortcutKind: 'projection',
  },
  {
    name: 'timm',
    title: "timm's SKNet",
    aliases: [],
    stems: torchStems,
    layers: [...timmSelect, ...sequence(shortcut, `${timmBlock}.downsample`, 1, 2), head('fc')],
    ...torch,
    shortcutKind: 'avgpool',
  },
  {
    name: 'paddleclas',
    title: "PaddleClas' Res2Net",
    aliases: [],
    stems: {
      1: oldPaddleLayer('stem/conv1', 'conv1'),
      3: [1, 2, 3].flatMap((conv) => oldPaddleLayer(`stem/conv${conv}`, `conv1_${conv}`)),
    },
    layers: [
      ...oldPaddleLayer(branch, 'bb_{stage-1}_{block}.conv{conv-1}'),
      ...oldPaddleLayer(
        'stage{stage}/block{block}/conv2/part{part}',
        'bb_{stage-1}_{block}.res{stage+1}{letter}_branch2b_{part+1}',
      ),
      ...oldPaddleLayer(shortcut, 'bb_{stage-1}_{block}.short'),
      head('out'),
    ],
    ...paddle,
    deepStemShortcut: 'avgpool',
  },
  {
    name: 'paddleclas',
    title: "PaddleClas' ResNeSt",
    aliases: [],
    stems: {
      3: [1, 2, 3].flatMap((conv) => oldPaddleLayer(`stem/conv${conv}`, `stem.conv${conv}`)),
    },
    layers: [...paddleSplitAttention, head('out')],
    ...paddle,
    deepStemShortcut: 'avgpool',
  },
  {
    name: 'paddleclas',
    title: "PaddleClas' ResNeXt of weak supervision",
    aliases: [],
    stems: { 1: convNorm('stem/conv1', '_conv_stem._conv', '_conv_stem._bn') },
    layers: [
      ...convNorm(
        branch,
        '_conv{stage}_{block}._conv{conv-1}._conv',
        '_conv{stage}_{block}._conv{conv-1}._bn',
      ),
      ...convNorm(
        shortcut,
        '_conv{stage}_{block}._short._conv._conv',
        '_conv{stage}_{block}._short._conv._bn',
      ),
      head('_out'),
    ],
    ...paddle,
  },
];
