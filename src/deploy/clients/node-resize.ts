/* The resize of a Node client, pixel by pixel what src/images/resample computes: sharp has neither Pillow's filters nor OpenCV's. */
import type { Preprocessing } from '../../images/preprocessing-schema.ts';

type Resize = NonNullable<Preprocessing['resize']>;
type Kernel = Exclude<Resize['interpolation'], 'nearest'>;

const pillowFilters: Readonly<Record<Kernel, { reach: string; text: string }>> = {
  bilinear: { reach: 'widen', text: 'const filter = (x) => Math.max(0, 1 - Math.abs(x));' },
  bicubic: {
    reach: '2 * widen',
    text: `function filter(distance) {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}`,
  },
};

/** Pillow: a filter as wide as the scale, each side rounded to 8 bits. */
const pillowText = (kernel: Kernel): string => {
  const { reach, text } = pillowFilters[kernel];
  return `
${text}

/** Pillow's ${kernel} resize: the pixels that each new one is made of, [index, weight] each. */
function tapsOf(inputs, outputs) {
  const scale = inputs / outputs;
  const widen = Math.max(scale, 1);
  return Array.from({ length: outputs }, (_, output) => {
    const center = (output + 0.5) * scale;
    const first = Math.max(Math.trunc(center - ${reach} + 0.5), 0);
    const end = Math.min(Math.trunc(center + ${reach} + 0.5), inputs);
    const weights = Array.from({ length: end - first }, (_, k) => filter((first + k - center + 0.5) / widen));
    const sum = weights.reduce((total, weight) => total + weight);
    return weights.map((weight, k) => [first + k, Math.round((weight / sum) * 2 ** 22) / 2 ** 22]);
  });
}

/** One side of [outer, inputs, inner]. */
function resample(data, outer, inputs, inner, outputs) {
  const result = new Uint8ClampedArray(outer * outputs * inner);
  for (const [output, taps] of tapsOf(inputs, outputs).entries())
    for (let a = 0; a < outer; a++)
      for (let b = 0; b < inner; b++) {
        const sum = taps.reduce((total, [i, weight]) => total + weight * data[(a * inputs + i) * inner + b], 0);
        result[(a * outputs + output) * inner + b] = Math.floor(sum + 0.5);
      }
  return result;
}

function resize({ data, width, height, channels }, columns, rows) {
  const across = resample(data, height, width, channels, columns);
  const down = resample(across, 1, height, columns * channels, rows);
  return { data: down, width: columns, height: rows, channels };
}
`;
};

const opencvKernels: Readonly<Record<Kernel, { weights: string; first: number; down: string }>> = {
  bilinear: {
    weights: '[1 - x, x]',
    first: 0,
    down: '([a, b], [v, w]) => (((v * (a >> 4)) >> 16) + ((w * (b >> 4)) >> 16) + 2) >> 2',
  },
  bicubic: {
    weights: '[outer(1 + x), inner(x), inner(1 - x), 1 - outer(1 + x) - inner(x) - inner(1 - x)]',
    first: -1,
    down: '(sums, weights) => Math.floor((sums.reduce((total, sum, k) => total + sum * weights[k], 0) + 2 ** 21) / 2 ** 22)',
  },
};

const cubicText = `const inner = (d) => (1.25 * d - 2.25) * d * d + 1;
const outer = (d) => ((-0.75 * d + 3.75) * d - 6) * d + 3;
`;

/** OpenCV: the nearest 2 or 4 pixels whatever the scale, weights of 11 bits, the border repeated. */
const opencvText = (kernel: Kernel): string => {
  const { weights, first, down } = opencvKernels[kernel];
  return `
${kernel === 'bicubic' ? cubicText : ''}/** OpenCV's ${kernel} resize: the pixels that each new one is made of, and their weights in 2048ths. */
function tapsOf(inputs, outputs) {
  const scale = 1 / (outputs / inputs);
  return Array.from({ length: outputs }, (_, output) => {
    const position = Math.fround((output + 0.5) * scale - 0.5);
    const x = Math.fround(position - Math.floor(position));
    const weights = ${weights}.map((weight) => roundHalfEven(Math.fround(weight) * 2048));
    const at = weights.map((_, k) => Math.min(Math.max(Math.floor(position) + k${first ? ' - 1' : ''}, 0), inputs - 1));
    return { at, weights };
  });
}

const down = ${down};

function resize({ data, width, height, channels }, columns, rows) {
  const line = columns * channels;
  const sums = new Int32Array(height * line);
  for (const [x, { at, weights }] of tapsOf(width, columns).entries())
    for (let y = 0; y < height; y++)
      for (let c = 0; c < channels; c++)
        sums[y * line + x * channels + c] = at.reduce((sum, i, k) => sum + weights[k] * data[(y * width + i) * channels + c], 0);
  const result = new Uint8ClampedArray(rows * line);
  for (const [y, { at, weights }] of tapsOf(height, rows).entries())
    for (let i = 0; i < line; i++) result[y * line + i] = down(at.map((row) => sums[row * line + i]), weights);
  return { data: result, width: columns, height: rows, channels };
}
`;
};

const choosers = {
  pillow: {
    text: `/** Pillow's nearest: the pixel under each centre. */
function pick(inputs, outputs) {
  let position = (inputs / outputs) * 0.5;
  return Array.from({ length: outputs }, () => {
    const index = Math.min(Math.floor(position), inputs - 1);
    position += inputs / outputs;
    return index;
  });
}`,
  },
  opencv: {
    text: `/** OpenCV's nearest: the pixel under each corner. */
function pick(inputs, outputs) {
  const scale = 1 / (outputs / inputs);
  return Array.from({ length: outputs }, (_, x) => Math.min(Math.floor(x * scale), inputs - 1));
}`,
  },
} as const;

const nearestText = (by: keyof typeof choosers): string => `
${choosers[by].text}

function resize({ data, width, height, channels }, columns, rows) {
  const result = new Uint8Array(columns * rows * channels);
  let at = 0;
  for (const y of pick(height, rows))
    for (const x of pick(width, columns))
      for (let c = 0; c < channels; c++) result[at++] = data[(y * width + x) * channels + c];
  return { data: result, width: columns, height: rows, channels };
}
`;

/** The function `resize(picture, width, height)` and what it needs. */
export function resizeText({ interpolation, antialias }: Resize): string {
  if (interpolation === 'nearest') return nearestText(antialias ? 'pillow' : 'opencv');
  return antialias ? pillowText(interpolation) : opencvText(interpolation);
}
