import { normalizationTable, normalizePixels, orderChannels } from '../../images/preprocess.ts';
import { type Raster, toColor, toGray } from '../../images/raster.ts';
import type { Preprocess } from '../../language/spec.ts';
import { type Mistake, mistake, type Setting, type Steps } from './mistake.ts';

export const rightOrder: Steps['order'] = (placed, { preprocess }) =>
  orderChannels(placed, preprocess.color);

export const rightScale: Steps['scale'] = ({ preprocess }) => normalizationTable(preprocess);

export const rightArrangement: Steps['arrange'] = (pixels, table) => normalizePixels(pixels, table);

const opposite: Readonly<Record<Preprocess['color'], Preprocess['color']>> = {
  rgb: 'bgr',
  bgr: 'rgb',
  gray: 'gray',
};

export const orderMistakes: readonly Mistake<'order'>[] = [
  mistake({
    id: 'red-blue-swapped',
    step: 'order',
    what: 'red and blue were exchanged (BGR for RGB)',
    cure: 'Bring the channels into the order of `color`: OpenCV reads BGR, cv2.cvtColor(image, cv2.COLOR_BGR2RGB).',
    make: (placed, { preprocess }) =>
      preprocess.color === 'gray' ? undefined : orderChannels(placed, opposite[preprocess.color]),
  }),
  mistake({
    id: 'colorless',
    step: 'order',
    what: 'the picture was turned gray before',
    cure: 'Decode the picture in colour.',
    make: (placed, { preprocess }) =>
      preprocess.color === 'gray' ? undefined : toColor(toGray(placed)),
  }),
];

/** A table from a rule for one value of one channel. */
function tableOf(
  { preprocess }: Setting,
  rule: (value: number, mean: number, std: number) => number,
): Float32Array {
  const { mean, std } = preprocess;
  const table = new Float32Array(mean.length * 256);
  for (const [channel, average] of mean.entries()) {
    for (let value = 0; value < 256; value++) {
      table[channel * 256 + value] = rule(value, average, std[channel] ?? 1);
    }
  }
  return table;
}

/** Mean and std of another training, for networks of three channels. */
function otherStatistics(mean: readonly number[], std: readonly number[]): Steps['scale'] {
  return ({ preprocess }) =>
    preprocess.mean.length === mean.length ? normalizationTable({ mean, std }) : undefined;
}

export const scaleMistakes: readonly Mistake<'scale'>[] = [
  mistake({
    id: 'not-normalized',
    step: 'scale',
    what: 'mean and std were left out: the values were 0 to 1',
    cure: 'Subtract `mean` and divide by `std`.',
    make: (setting) => tableOf(setting, (value) => value / 255),
  }),
  mistake({
    id: 'raw-bytes',
    step: 'scale',
    what: 'the values were 0 to 255, neither scaled nor normalised',
    cure: 'Divide by 255, subtract `mean`, divide by `std`.',
    make: (setting) => tableOf(setting, (value) => value),
  }),
  mistake({
    id: 'not-scaled',
    step: 'scale',
    what: 'mean and std were applied to values of 0 to 255',
    cure: 'Divide by 255 before subtracting `mean`.',
    make: (setting) => tableOf(setting, (value, mean, std) => (value - mean) / std),
  }),
  mistake({
    id: 'minus-one-to-one',
    step: 'scale',
    what: 'the values were scaled to −1 to 1 (mean and std 0.5)',
    cure: 'Use the mean and std of the spec.',
    make: (setting) => tableOf(setting, (value) => value / 127.5 - 1),
  }),
  mistake({
    id: 'no-std',
    step: 'scale',
    what: 'the values were not divided by std',
    cure: 'Divide by `std` after subtracting `mean`.',
    make: (setting) => tableOf(setting, (value, mean) => value / 255 - mean),
  }),
  mistake({
    id: 'no-mean',
    step: 'scale',
    what: 'the mean was not subtracted',
    cure: 'Subtract `mean` before dividing by `std`.',
    make: (setting) => tableOf(setting, (value, _, std) => value / 255 / std),
  }),
  mistake({
    id: 'mean-of-bytes',
    step: 'scale',
    what: 'the mean was subtracted from values of 0 to 255 and nothing divided, as Caffe networks want it',
    cure: 'Divide by 255 first, and by `std` at the end.',
    make: (setting) => tableOf(setting, (value, mean) => value - 255 * mean),
  }),
  mistake({
    id: 'scaled-twice',
    step: 'scale',
    what: 'the values were divided by 255 twice',
    cure: 'Divide by 255 once: ToTensor does it already.',
    make: (setting) => tableOf(setting, (value, mean, std) => (value / 255 / 255 - mean) / std),
  }),
  mistake({
    id: 'normalized-twice',
    step: 'scale',
    what: 'mean and std were applied twice',
    cure: 'Apply them once: here or in the model, not in both.',
    make: (setting) =>
      tableOf(setting, (value, mean, std) => ((value / 255 - mean) / std - mean) / std),
  }),
  mistake({
    id: 'statistics-reversed',
    step: 'scale',
    what: 'mean and std were in the order of blue, green, red',
    cure: 'Give mean and std in the order of the channels.',
    make: ({ preprocess: { mean, std } }) =>
      normalizationTable({ mean: mean.toReversed(), std: std.toReversed() }),
  }),
  mistake({
    id: 'imagenet-statistics',
    step: 'scale',
    what: "mean and std were ImageNet's",
    cure: 'Use the mean and std of the spec.',
    make: otherStatistics([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  }),
  mistake({
    id: 'cifar-statistics',
    step: 'scale',
    what: "mean and std were CIFAR's",
    cure: 'Use the mean and std of the spec.',
    make: otherStatistics([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201]),
  }),
  mistake({
    id: 'inverted',
    step: 'scale',
    what: 'dark and light were exchanged',
    cure: 'Subtract from 255 what was inverted: the network was trained on the other.',
    make: (setting) => tableOf(setting, (value, mean, std) => ((255 - value) / 255 - mean) / std),
  }),
];

/** The numbers [H, W, C] as they lie, read as if they were [C, H, W]. */
function interleaved({ data, channels }: Raster, table: Float32Array): Float32Array {
  return Float32Array.from(data, (value, i) => table[(i % channels) * 256 + value] as number);
}

/** Rows as columns. */
function transposed(raster: Raster): Raster {
  const { width, height, channels } = raster;
  const data = new Uint8Array(raster.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      data.set(raster.data.subarray(from, from + channels), (x * height + y) * channels);
    }
  }
  return { width: height, height: width, channels, data };
}

export const arrangeMistakes: readonly Mistake<'arrange'>[] = [
  mistake({
    id: 'nhwc',
    step: 'arrange',
    what: 'the numbers were in the order height, width, channel (NHWC)',
    cure: 'Bring the channels to the front: array.transpose(2, 0, 1), made contiguous.',
    make: (pixels, table) => (pixels.channels === 1 ? undefined : interleaved(pixels, table)),
  }),
  mistake({
    id: 'transposed',
    step: 'arrange',
    what: 'height and width were exchanged',
    cure: 'Rows come first: transpose(2, 0, 1), not transpose(2, 1, 0).',
    make: (pixels, table) => normalizePixels(transposed(pixels), table),
  }),
];
