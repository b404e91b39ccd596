/* Maps of one picture and what is computed of them, from the definitions in float64, with nothing of rcc's. */

export interface Maps {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** [channels, height, width] */
  readonly values: Float64Array;
}

export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation?: number;
  /** Rows above and below, columns before and behind; default: what keeps the sides where the stride is 1. */
  readonly pads?: readonly [before: number, behind: readonly [rows: number, columns: number]];
}

export function pixel({ values, height, width }: Maps, channel: number, at: number): number {
  return values[channel * height * width + at] as number;
}

/** A number of each channel at each place. */
function mapsOf(
  [channels, height, width]: readonly [number, number, number],
  valueAt: (channel: number, at: number) => number,
): Maps {
  const area = height * width;
  const values = Float64Array.from({ length: channels * area }, (_, i) =>
    valueAt(Math.floor(i / area), i % area),
  );
  return { channels, height, width, values };
}

interface Windows {
  readonly height: number;
  readonly width: number;
  /** Of each output pixel, the input pixels under the kernel, row by row; −1 where there is none. */
  readonly places: readonly (readonly number[])[];
}

function windowsOver(
  { height, width }: Maps,
  { kernel, stride, dilation = 1, pads }: Window,
): Windows {
  const reach = dilation * (kernel - 1);
  const [before, [below, behind]] = pads ?? [reach / 2, [reach / 2, reach / 2]];
  const count = (side: number, after: number): number =>
    Math.floor((side + before + after - reach - 1) / stride) + 1;
  const [rows, columns] = [count(height, below), count(width, behind)];
  const place = (y: number, x: number): number =>
    y >= 0 && x >= 0 && y < height && x < width ? y * width + x : -1;
  const places = Array.from({ length: rows * columns }, (_, at) =>
    Array.from({ length: kernel ** 2 }, (__, k) =>
      place(
        Math.floor(at / columns) * stride - before + Math.floor(k / kernel) * dilation,
        (at % columns) * stride - before + (k % kernel) * dilation,
      ),
    ),
  );
  return { height: rows, width: columns, places };
}

export interface Convolution extends Window {
  readonly outputs: number;
  readonly groups?: number;
}

/** `weight` is [outputs, channels / groups, kernel, kernel]. */
export function convolve(x: Maps, weight: ArrayLike<number>, conv: Convolution): Maps {
  const { outputs, groups = 1, kernel } = conv;
  const { height, width, places } = windowsOver(x, conv);
  const own = x.channels / groups;
  return mapsOf([outputs, height, width], (o, at) => {
    const first = Math.floor(o / (outputs / groups)) * own;
    let sum = 0;
    for (let i = 0, w = o * own * kernel ** 2; i < own; i++) {
      for (const place of places[at] ?? []) {
        const factor = weight[w++] as number;
        if (place >= 0) sum += factor * pixel(x, first + i, place);
      }
    }
    return sum;
  });
}

export function maxPool(x: Maps, window: Window): Maps {
  const { height, width, places } = windowsOver(x, window);
  return mapsOf([x.channels, height, width], (channel, at) => {
    const inside = (places[at] ?? []).filter((place) => place >= 0);
    return Math.max(...inside.map((place) => pixel(x, channel, place)));
  });
}

/** Zeros around the map are numbers of the mean where they are counted. */
export function averagePool(x: Maps, window: Window, padding: 'counted' | 'ignored'): Maps {
  const { height, width, places } = windowsOver(x, window);
  return mapsOf([x.channels, height, width], (channel, at) => {
    const inside = (places[at] ?? []).filter((place) => place >= 0);
    const sum = inside.reduce((total, place) => total + pixel(x, channel, place), 0);
    return sum / (padding === 'counted' ? window.kernel ** 2 : inside.length);
  });
}

/** Windows of 2×2 side by side; the last is what is left of one. */
export function averageHalves(x: Maps): Maps {
  const pads = [0, [x.height % 2, x.width % 2]] as const;
  return averagePool(x, { kernel: 2, stride: 2, pads }, 'ignored');
}

/** Behind the last pixel comes the last but one again, before the first the second. */
const mirrored = (at: number, side: number): number =>
  at < 0 ? -at : at >= side ? 2 * (side - 1) - at : at;

/** [1, 2, 1] by [1, 2, 1] / 16 at every second pixel. */
export function blur(x: Maps): Maps {
  const [height, width] = [Math.ceil(x.height / 2), Math.ceil(x.width / 2)];
  const near = [-1, 0, 1];
  return mapsOf([x.channels, height, width], (channel, at) => {
    const [y, column] = [2 * Math.floor(at / width), 2 * (at % width)];
    const terms = near.flatMap((dy) =>
      near.map((dx) => {
        const place = mirrored(y + dy, x.height) * x.width + mirrored(column + dx, x.width);
        return ((2 - Math.abs(dy)) * (2 - Math.abs(dx)) * pixel(x, channel, place)) / 16;
      }),
    );
    return terms.reduce((sum, term) => sum + term, 0);
  });
}

/** Another number for each, by channel. */
export function mapEach(x: Maps, change: (value: number, channel: number) => number): Maps {
  const area = x.height * x.width;
  return { ...x, values: x.values.map((value, i) => change(value, Math.floor(i / area))) };
}

export const relu = (x: Maps): Maps => mapEach(x, (value) => Math.max(0, value));
export const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

export function add(a: Maps, b: Maps): Maps {
  if (a.values.length !== b.values.length) throw new Error('maps of two sizes');
  return { ...a, values: a.values.map((value, i) => value + (b.values[i] as number)) };
}

/** The channels from `first` on. */
export function channelsOf(x: Maps, first: number, channels: number): Maps {
  const area = x.height * x.width;
  return { ...x, channels, values: x.values.slice(first * area, (first + channels) * area) };
}

export function joined(parts: readonly Maps[]): Maps {
  const [first] = parts;
  if (!first) throw new Error('there is nothing to join');
  const values = Float64Array.from(parts.flatMap((part) => [...part.values]));
  return { ...first, channels: parts.reduce((sum, { channels }) => sum + channels, 0), values };
}

/** The mean of each channel, a map of one pixel. */
export function meanOf(x: Maps): Maps {
  const area = x.height * x.width;
  return mapsOf([x.channels, 1, 1], (channel) =>
    x.values.subarray(channel * area, (channel + 1) * area).reduce((sum, v) => sum + v / area, 0),
  );
}

export function greatestOf(x: Maps): Maps {
  const area = x.height * x.width;
  return mapsOf([x.channels, 1, 1], (channel) =>
    Math.max(...x.values.subarray(channel * area, (channel + 1) * area)),
  );
}

/** Mean 0 and variance 1 over the channels and pixels of each group. */
export function normaliseGroups(x: Maps, groups: number, epsilon: number): Maps {
  const size = x.values.length / groups;
  const values = x.values.slice();
  for (let start = 0; start < values.length; start += size) {
    const own = values.subarray(start, start + size);
    const mean = own.reduce((sum, value) => sum + value, 0) / size;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
    own.forEach((value, i) => {
      own[i] = (value - mean) / Math.sqrt(variance + epsilon);
    });
  }
  return { ...x, values };
}
