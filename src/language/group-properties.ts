import { pixels, property } from './property.ts';
import type { InputSize } from './spec.ts';
import { countFigure, shareFigure } from './values/figures.ts';
import { numberList, wholeNumberOrNone } from './values/numbers.ts';
import { filePath } from './values/paths.ts';
import { choice, yesOrNo } from './values/words.ts';

const imageNetMean = '[0.485, 0.456, 0.406]';
const imageNetStd = '[0.229, 0.224, 0.225]';

function scaleHint(text: string): string {
  return `mean and std apply to values scaled to 0..1: for values of 0 to 255 divide by 255 (${text} is ${Number((Number(text) / 255).toPrecision(4))}).`;
}

/** Below this side pictures are taken as they are. */
const leastResizedSide = 64;

function byChannels(
  { channels }: InputSize,
  imageNet: readonly number[],
  gray: number,
  neutral: number,
): readonly number[] {
  if (channels === 3) return imageNet;
  return channels === 1 ? [gray] : Array.from({ length: channels }, () => neutral);
}

/** What no figure depends on. */
const labelling = ['head.softmax', 'labels', 'expect', 'reference'];
/** What the operations of a network do not depend on either. */
const training = ['weights', 'preprocess'];

/** The properties that stand in the braces of a group; a dot parts group and name. */
export const groupProperties = {
  'preprocess.resize': property({
    type: wholeNumberOrNone(pixels),
    default: '256/224 of the crop, rounded, where the crop has 64 pixels or more; else none',
    fallback: ({ 'preprocess.crop': crop }) =>
      crop !== 'none' && crop >= leastResizedSide ? Math.round((crop * 256) / 224) : 'none',
    unit: 'pixels',
    check: 'not below the crop',
    doc: 'Short side of the picture after it is resized.',
    from: ({ preprocess }) => preprocess && (preprocess.resize ?? 'none'),
    example: 'resize 256',
  }),
  'preprocess.crop': property({
    type: wholeNumberOrNone(pixels),
    default:
      'the side of a square input of 64 pixels or more, or where `resize` is given; else none',
    fallback: ({ input: { height, width } }, given) =>
      height === width &&
      (typeof given('preprocess.resize') === 'number' || height >= leastResizedSide)
        ? height
        : 'none',
    unit: 'pixels',
    check: 'equal to the height and the width of the input',
    doc: 'Side of the square that is cut from the middle.',
    from: ({ preprocess }) => preprocess && (preprocess.crop ?? 'none'),
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
    fallback: ({ input }) => byChannels(input, [0.485, 0.456, 0.406], 0.449, 0),
    doc: 'Subtracted from each channel after the values are scaled to 0..1.',
    from: ({ preprocess }) => preprocess?.mean,
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
    fallback: ({ input }) => byChannels(input, [0.229, 0.224, 0.225], 0.226, 1),
    doc: 'Divides each channel after the mean is subtracted.',
    from: ({ preprocess }) => preprocess?.std,
    example: `std ${imageNetStd}`,
  }),
  'preprocess.color': property({
    type: choice('rgb', 'bgr', 'gray'),
    default: 'gray for one channel, else rgb',
    fallback: ({ input }) => (input.channels === 1 ? 'gray' : 'rgb'),
    check: 'rgb and bgr have 3 channels, gray has 1',
    doc: 'Order of the channels.',
    from: ({ preprocess }) => preprocess?.color,
    example: 'color rgb',
  }),
  'preprocess.interpolation': property({
    type: choice('bilinear', 'bicubic', 'nearest'),
    default: 'bilinear',
    fallback: () => 'bilinear' as const,
    doc: 'How pixels are interpolated when the picture is resized.',
    from: ({ preprocess }) => preprocess?.interpolation,
    example: 'interpolation bilinear',
  }),
  'preprocess.antialias': property({
    type: yesOrNo,
    default: 'no',
    fallback: () => false,
    doc: 'Whether the resize filters before it samples. torchvision and timm (PIL) do, PaddleClas (OpenCV) does not.',
    from: ({ preprocess }) => preprocess?.antialias,
    example: 'antialias yes',
  }),
  'expect.params': property({
    type: countFigure,
    unit: 'parameters',
    unaffectedBy: [
      ...labelling,
      ...training,
      'epsilon',
      'stride',
      'strides',
      'dilations',
      'anti-alias',
      'input.height',
      'input.width',
    ],
    doc: 'Trainable parameters: running means and variances of batch norm are not counted.',
    from: ({ expect }) => expect?.params,
    example: 'params 25.58M',
  }),
  'expect.flops': property({
    type: countFigure,
    unit: 'operations at batch 1',
    unaffectedBy: [...labelling, ...training, 'epsilon'],
    doc: 'Twice the multiply-accumulates of convolutions and the last layer, plus one for each output of a batch norm and the window size for each output of a pool, at batch 1.',
    from: ({ expect }) => expect?.flops,
    example: 'flops 8.67G',
  }),
  'expect.top1': property({
    type: shareFigure,
    unit: 'share',
    unaffectedBy: labelling,
    doc: 'Share of pictures whose class comes first.',
    from: ({ expect }) => expect?.top1,
    example: 'top1 79.1%',
  }),
  'expect.top5': property({
    type: shareFigure,
    unit: 'share',
    check: 'not below top1',
    unaffectedBy: labelling,
    doc: 'Share of pictures whose class is among the first five.',
    from: ({ expect }) => expect?.top5,
    example: 'top5 94.4%',
  }),
  'reference.input': property({
    type: filePath('.npy'),
    check: 'given together with logits or outputs',
    doc: 'A .npy file with inputs of the network, float32 [N, C, H, W], preprocessed already.',
    from: ({ reference }, toFile) => reference && toFile(reference.input),
    example: 'input "resnet50_vd.input.npy"',
  }),
  'reference.logits': property({
    type: filePath('.npy'),
    check: 'given together with input; for a network that tells classes',
    doc: 'A .npy file with what the training framework answered, float32 [N, classes].',
    from: ({ reference }, toFile) =>
      reference?.logits === undefined ? undefined : toFile(reference.logits),
    example: 'logits "resnet50_vd.logits.npy"',
  }),
  'reference.outputs': property({
    type: filePath('.npz', '.npy'),
    check: 'given together with input, in the place of logits',
    doc: 'What the training framework answered, for any outputs: a .npy file for one, a .npz file that has an array for each output by its name: c2, c3, …, features, embedding, logits or probabilities.',
    from: ({ reference }, toFile) =>
      reference?.outputs === undefined ? undefined : toFile(reference.outputs),
    example: 'outputs "backbone.outputs.npz"',
  }),
} as const;

export interface PropertyGroup {
  /** Why no weights file tells it. */
  readonly untold?: string;
  readonly doc: string;
  readonly example: string;
}

/** Properties that hold others in braces. A model that extends another takes the base's group and replaces in it what it gives. */
export const groups = {
  preprocess: {
    untold: 'How pictures were prepared is in no weights file; these are the usual values.',
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
