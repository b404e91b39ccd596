/*
 * The network of the written fixtures: plain ResNet, a basic block in each of two stages, with tensors below, at and above 1 MB. Its layers by the
 * names of the graph, with the names that the frameworks give their parameters.
 */

export type Naming = 'torchvision' | 'paddleclas';

export interface ConvLayer {
  readonly node: string;
  readonly outputs: number;
  readonly inputs: number;
  readonly side: 1 | 3 | 7;
  readonly stride: 1 | 2;
  /** Name of the convolution and of its batch norm, by framework. */
  readonly names: Readonly<Record<Naming, readonly [conv: string, norm: string]>>;
}

const paddle = (layer: string) => [`${layer}.conv`, `${layer}.bn`] as const;

/** Bytes of the weights: 19 kB, 16 kB, 147 kB, 590 kB, 131 kB, 1.2 MB, 2.4 MB. */
export const convLayers: readonly ConvLayer[] = [
  {
    node: 'stem/conv1',
    outputs: 32,
    inputs: 3,
    side: 7,
    stride: 2,
    names: { torchvision: ['conv1', 'bn1'], paddleclas: paddle('stem.0') },
  },
  {
    node: 'stage1/block0/shortcut',
    outputs: 128,
    inputs: 32,
    side: 1,
    stride: 1,
    names: {
      torchvision: ['layer1.0.downsample.0', 'layer1.0.downsample.1'],
      paddleclas: paddle('blocks.0.short'),
    },
  },
  {
    node: 'stage1/block0/conv1',
    outputs: 128,
    inputs: 32,
    side: 3,
    stride: 1,
    names: {
      torchvision: ['layer1.0.conv1', 'layer1.0.bn1'],
      paddleclas: paddle('blocks.0.conv0'),
    },
  },
  {
    node: 'stage1/block0/conv2',
    outputs: 128,
    inputs: 128,
    side: 3,
    stride: 1,
    names: {
      torchvision: ['layer1.0.conv2', 'layer1.0.bn2'],
      paddleclas: paddle('blocks.0.conv1'),
    },
  },
  {
    node: 'stage2/block0/shortcut',
    outputs: 256,
    inputs: 128,
    side: 1,
    stride: 2,
    names: {
      torchvision: ['layer2.0.downsample.0', 'layer2.0.downsample.1'],
      paddleclas: paddle('blocks.1.short'),
    },
  },
  {
    node: 'stage2/block0/conv1',
    outputs: 256,
    inputs: 128,
    side: 3,
    stride: 2,
    names: {
      torchvision: ['layer2.0.conv1', 'layer2.0.bn1'],
      paddleclas: paddle('blocks.1.conv0'),
    },
  },
  {
    node: 'stage2/block0/conv2',
    outputs: 256,
    inputs: 256,
    side: 3,
    stride: 1,
    names: {
      torchvision: ['layer2.0.conv2', 'layer2.0.bn2'],
      paddleclas: paddle('blocks.1.conv1'),
    },
  },
];

/** 1,048,576 bytes of weights. */
export const linearLayer = { node: 'head/fc', outputs: 1024, inputs: 256, name: 'fc' } as const;

export const inputShape = [3, 32, 32] as const;
export const epsilon = 1e-5;

const normNames = {
  torchvision: { gamma: 'weight', beta: 'bias', mean: 'running_mean', variance: 'running_var' },
  paddleclas: { gamma: 'weight', beta: 'bias', mean: '_mean', variance: '_variance' },
} as const;

/** The name of each parameter in a framework's file. */
export function parameterNames({ names }: ConvLayer, naming: Naming) {
  const [conv, norm] = names[naming];
  const own = normNames[naming];
  return {
    weight: `${conv}.weight`,
    gamma: `${norm}.${own.gamma}`,
    beta: `${norm}.${own.beta}`,
    mean: `${norm}.${own.mean}`,
    variance: `${norm}.${own.variance}`,
  };
}

/** The spec of the network with a weights file beside it. */
export function specText(weights: string): string {
  return `model judged {
  block       basic
  stages      [1, 1]
  widths      [128, 256]
  stem-widths [32]
  input       3x32x32
  classes     1024
  weights     "${weights}"
}
`;
}
