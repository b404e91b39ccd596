import { countFigure, shareFigure } from './values/figures.ts';
import { inputSize, knownDepth } from './values/network.ts';
import { numberList, wholeNumber, wholeNumberOrNone } from './values/numbers.ts';
import { filePath, weightsFile } from './values/paths.ts';
import type { ValueType } from './values/value-type.ts';
import { choice, prefixedChoice, yesOrNo } from './values/words.ts';

/** One property: the parser, the checker, `rcc explain`, completion and docs/language.md read this row and nothing else. */
export interface Property<T> {
  readonly type: ValueType<T>;
  /** What holds where it is not given, in words; undefined: nothing does. */
  readonly default?: string;
  readonly unit?: string;
  /** What is checked beyond the form of the value, in words. */
  readonly check?: string;
  readonly doc: string;
  /** Why the language has it, where that is not plain. */
  readonly reason?: string;
  /** As it is written in a model, or in its group. */
  readonly example: string;
}

/** Keeps the value's type of each row while checking its form. */
function property<T>(definition: Property<T>): Property<T> {
  return definition;
}

/** Largest numbers that the language takes; beyond them lies a slip of the hand, not a network. */
export const limits = {
  stages: 8,
  blocks: 1000,
  width: 16_384,
  channels: 65_536,
} as const;

const pixels = { least: 1, most: 4096, unit: ' pixels' };
const imageNetMean = '[0.485, 0.456, 0.406]';
const imageNetStd = '[0.229, 0.224, 0.225]';

/** Every property that holds a value, in the order in which they are documented and printed; a dot parts group and name. */
export const properties = {
  depth: property({
    type: knownDepth,
    doc: 'Depth of the network as in its name; it gives the number of blocks in each stage and the kind of block.',
    check: 'needed unless `stages` and `block` are given',
    example: 'depth 50',
  }),
  block: property({
    type: choice('basic', 'bottleneck'),
    default: 'what the depth stands for',
    check: 'needed where `stages` is given without `depth`; must agree with `depth`',
    doc: 'Kind of the residual blocks. basic: two 3×3 convolutions. bottleneck: 1×1, 3×3, 1×1.',
    example: 'block bottleneck',
  }),
  stages: property({
    type: numberList({
      whole: true,
      bounds: { least: 1, most: limits.blocks },
      longest: limits.stages,
    }),
    default: 'what the depth stands for',
    unit: 'blocks',
    check: `at most ${limits.stages} stages and ${limits.blocks} blocks in all; must agree with \`depth\``,
    doc: 'Number of blocks in each stage. Each stage but the first halves height and width.',
    example: 'stages [3, 4, 6, 3]',
  }),
  widths: property({
    type: numberList({
      whole: true,
      bounds: { least: 1, most: limits.width },
      longest: limits.stages,
    }),
    default: '[64, 128, 256, 512], cut to the number of stages',
    unit: 'channels',
    check: 'one number a stage',
    doc: "Inner channels of each stage's blocks. A block puts out its width times `expansion`.",
    example: 'widths [64, 128, 256, 512]',
  }),
  expansion: property({
    type: wholeNumber({ least: 1, most: 64 }),
    default: '4 for bottleneck, 1 for basic',
    check: `1 for basic; width times expansion is at most ${limits.channels}`,
    doc: 'Output channels of a bottleneck block divided by its width.',
    reason:
      "Wide ResNets double the inner channels and keep the outer ones: torchvision's wide_resnet50_2 has widths [128, 256, 512, 1024] and expansion 2.",
    example: 'expansion 2',
  }),
  variant: property({
    type: choice('vb', 'vc', 'vd'),
    default: 'vb',
    doc: 'Short for a stem and a shortcut. vb: stem conv7, shortcut projection. vc: stem deep, shortcut projection. vd: stem deep, shortcut avgpool. `stem` and `shortcut` override it wherever they are given.',
    example: 'variant vd',
  }),
  stem: property({
    type: choice('conv7', 'deep', 'conv3'),
    default: 'what the variant stands for',
    doc: 'What stands before stage 1. conv7: a 7×7 convolution of stride 2 and a 3×3 max pool of stride 2. deep: three 3×3 convolutions, the first of stride 2, and the max pool. conv3: one 3×3 convolution of stride 1 and no pool, for small pictures.',
    example: 'stem conv3',
  }),
  'stem-widths': property({
    type: numberList({ whole: true, bounds: { least: 1, most: limits.width }, longest: 3 }),
    default: 'the last is the first of `widths`; the first two of stem deep are half of it',
    unit: 'channels',
    check: 'one number for stem conv7 and conv3, three for stem deep',
    doc: 'Output channels of each convolution of the stem; the last is what stage 1 reads.',
    reason:
      'The stem of a wide or narrow network keeps 64 channels while its widths change: wide_resnet50_2 has widths from 128 and a stem of 64.',
    example: 'stem-widths [32, 32, 64]',
  }),
  shortcut: property({
    type: choice('projection', 'avgpool', 'pad'),
    default: 'what the variant stands for',
    check: 'pad: channels grow by an even number from stage to stage',
    doc: 'How a shortcut follows a change of shape. projection: a 1×1 convolution with the stride. avgpool: a 2×2 average pool where the stride is 2, then a 1×1 convolution. pad: every second pixel and channels of zeros, half of them on each side; no parameters.',
    example: 'shortcut avgpool',
  }),
  'first-shortcut': property({
    type: choice('projection', 'identity'),
    default: 'projection; identity under `shortcut pad`',
    check: 'projection cannot be had under `shortcut pad`',
    doc: 'The shortcut of the very first block where its input and output have the same shape. projection: a 1×1 convolution all the same, as PaddleClas does. identity: none, as torchvision and timm do. Where the shapes differ it is projected in any case.',
    reason:
      "It makes the difference between PaddleClas' and torchvision's ResNet18 and 34, which else have the same name and shape.",
    example: 'first-shortcut identity',
  }),
  stride: property({
    type: prefixedChoice('in', 'conv1', 'conv2'),
    default: 'in conv2',
    check: 'without effect for basic blocks',
    doc: "The convolution of a bottleneck that carries the stride: the 1×1 one (conv1, as in the paper's first version) or the 3×3 one (conv2, as in PaddleClas, torchvision and timm).",
    example: 'stride in conv1',
  }),
  input: property({
    type: inputSize({ channels: { least: 1, most: 1024 }, side: pixels }),
    default: '3x224x224',
    unit: 'pixels',
    check:
      'no side smaller than 2 to the number of halvings: 32 for four stages behind stem conv7 or deep, 4 for three stages behind stem conv3',
    doc: 'Input of the network: channels, height and width. `224` and `224x224` are short for `3x224x224`.',
    example: 'input 3x224x224',
  }),
  classes: property({
    type: wholeNumber({ least: 1, most: 1_000_000 }),
    default: '1000',
    doc: 'Number of classes: the outputs of the last layer.',
    example: 'classes 1000',
  }),
  head: property({
    type: choice('logits', 'softmax'),
    default: 'logits',
    doc: 'What the network puts out: the outputs of the last layer as they are, or their softmax.',
    example: 'head softmax',
  }),
  labels: property({
    type: filePath,
    doc: 'Text file with the name of each class, one a line.',
    example: 'labels "imagenet.txt"',
  }),
  'preprocess.resize': property({
    type: wholeNumberOrNone(pixels),
    default: '256/224 of the crop, rounded, where the crop has 64 pixels or more; else none',
    unit: 'pixels',
    check: 'not below the crop',
    doc: 'Short side of the picture after it is resized.',
    example: 'resize 256',
  }),
  'preprocess.crop': property({
    type: wholeNumberOrNone(pixels),
    default:
      'the side of a square input of 64 pixels or more, or where `resize` is given; else none',
    unit: 'pixels',
    check: 'equal to the height and the width of the input',
    doc: 'Side of the square that is cut from the middle.',
    example: 'crop 224',
  }),
  'preprocess.mean': property({
    type: numberList({
      whole: false,
      bounds: { least: -1, most: 1, hint: (text) => scaleHint(text) },
      longest: 1024,
    }),
    default: `${imageNetMean}; one channel: [0.449], their mean; other numbers of channels: zeros`,
    check: 'one number a channel',
    doc: 'Subtracted from each channel after the values are scaled to 0..1.',
    example: `mean ${imageNetMean}`,
  }),
  'preprocess.std': property({
    type: numberList({
      whole: false,
      bounds: { least: 0.0001, most: 10, hint: (text) => scaleHint(text) },
      longest: 1024,
    }),
    default: `${imageNetStd}; one channel: [0.226], their mean; other numbers of channels: ones`,
    check: 'one number a channel',
    doc: 'Divides each channel after the mean is subtracted.',
    example: `std ${imageNetStd}`,
  }),
  'preprocess.color': property({
    type: choice('rgb', 'bgr', 'gray'),
    default: 'gray for one channel, else rgb',
    check: 'rgb and bgr have 3 channels, gray has 1',
    doc: 'Order of the channels.',
    example: 'color rgb',
  }),
  'preprocess.interpolation': property({
    type: choice('bilinear', 'bicubic', 'nearest'),
    default: 'bilinear',
    doc: 'How pixels are interpolated when the picture is resized.',
    example: 'interpolation bilinear',
  }),
  'preprocess.antialias': property({
    type: yesOrNo,
    default: 'no',
    doc: 'Whether the resize filters before it samples. torchvision and timm (PIL) do, PaddleClas (OpenCV) does not.',
    example: 'antialias yes',
  }),
  'expect.params': property({
    type: countFigure,
    unit: 'parameters',
    doc: 'Trainable parameters: running means and variances of batch norm are not counted.',
    example: 'params 25.58M',
  }),
  'expect.flops': property({
    type: countFigure,
    unit: 'operations at batch 1',
    doc: 'Twice the multiply-accumulates of convolutions and the last layer, plus one for each output of a batch norm and the window size for each output of a pool, at batch 1.',
    example: 'flops 8.67G',
  }),
  'expect.top1': property({
    type: shareFigure,
    unit: 'share',
    doc: 'Share of pictures whose class comes first.',
    example: 'top1 79.1%',
  }),
  'expect.top5': property({
    type: shareFigure,
    unit: 'share',
    check: 'not below top1',
    doc: 'Share of pictures whose class is among the first five.',
    example: 'top5 94.4%',
  }),
  weights: property({
    type: weightsFile(['paddleclas', 'paddleclas-v2', 'torchvision', 'timm', 'cifar']),
    doc: 'File with the trained weights. A word before it pins the framework whose parameter names it has; otherwise they are recognised. `--weights` on the command line overrides it.',
    example: 'weights paddleclas "ResNet50_vd_pretrained.pdparams"',
  }),
  'reference.input': property({
    type: filePath,
    check: 'given together with logits',
    doc: 'A .npy file with inputs of the network, float32 [N, C, H, W], preprocessed already.',
    example: 'input "resnet50_vd.input.npy"',
  }),
  'reference.logits': property({
    type: filePath,
    check: 'given together with input',
    doc: 'A .npy file with what the training framework answered, float32 [N, classes].',
    example: 'logits "resnet50_vd.logits.npy"',
  }),
} as const;

function scaleHint(text: string): string {
  return `mean and std apply to values scaled to 0..1: for values of 0 to 255 divide by 255 (${text} is ${Number((Number(text) / 255).toPrecision(4))}).`;
}

export type PropertyName = keyof typeof properties;

/** Type of what a property holds. */
export type PropertyValue<N extends PropertyName> =
  (typeof properties)[N] extends Property<infer T> ? T : never;

/** What a model says, by full name. */
export type PropertyValues = { readonly [N in PropertyName]?: PropertyValue<N> };

export interface PropertyGroup {
  readonly doc: string;
  readonly example: string;
}

/** Properties that hold others in braces. A model that extends another takes the base's group and replaces in it what it gives. */
export const groups = {
  preprocess: {
    doc: "How a picture becomes the network's input: resize, crop from the middle, scale to 0..1, subtract the mean, divide by the standard deviation.",
    example: `preprocess { resize 256  crop 224  mean ${imageNetMean}  std ${imageNetStd}  color rgb }`,
  },
  expect: {
    doc: 'A contract: params and flops are checked by `rcc check` and `rcc compile`, top1 and top5 by `rcc eval`, each to the digits given.',
    example: 'expect { params 25.58M  flops 8.67G  top1 79.1%  top5 94.4% }',
  },
  reference: {
    doc: "The spec's own test, run by `rcc verify`: what the training framework answered for the spec's weights.",
    example: 'reference { input "resnet50_vd.input.npy"  logits "resnet50_vd.logits.npy" }',
  },
} as const satisfies Readonly<Record<string, PropertyGroup>>;

export type GroupName = keyof typeof groups;

export function isProperty(name: string): name is PropertyName {
  return Object.hasOwn(properties, name);
}

export function isGroupName(name: string): name is GroupName {
  return Object.hasOwn(groups, name);
}

/** Every property that holds a value, by full name. */
export const allProperties = Object.keys(properties).filter(isProperty);

/** The words that may start a property: in a model, or in one of its groups. */
export function wordsIn(group: string | undefined): readonly string[] {
  if (group !== undefined) {
    const prefix = `${group}.`;
    return allProperties
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }
  return [...allProperties.filter((name) => !name.includes('.')), ...Object.keys(groups)];
}

/** Full name of a property from the group it stands in and its word. */
export function qualifiedName(group: string | undefined, word: string): string {
  return group === undefined ? word : `${group}.${word}`;
}
