/*
 * Pillow's resampling of 8-bit pictures (src/libImaging/Resample.c), which torchvision and timm use: each output pixel is the weighted mean of all
 * input pixels under a filter that is as wide as the scale, first across, then down, each rounded to 8 bits. Weights are fixed point with 22 bits.
 */
import type { Raster, Size, Window } from '../raster.ts';
import {
  countOf,
  inputRange,
  type Range,
  resampleAcross,
  resampleDown,
  type Taps,
} from './taps.ts';

const weightBits = 22;

interface Filter {
  /** Half of the filter's width, in pixels, where nothing is made smaller. */
  readonly support: number;
  weigh(distance: number): number;
}

/** Keys' cubic with a = −0.5. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
}

const filters = {
  bilinear: { support: 1, weigh: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  bicubic: { support: 2, weigh: cubic },
} as const satisfies Readonly<Record<string, Filter>>;

export type AntialiasedFilter = keyof typeof filters;

function toFixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** weightBits + (weight < 0 ? -0.5 : 0.5));
}

function tapsOf(filter: Filter, inputs: number, outputs: number, range: Range): Taps {
  const scale = inputs / outputs;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const indices = new Int32Array(countOf(range) * stride);
  const weights = new Int32Array(countOf(range) * stride);
  for (let output = range.from; output < range.to; output++) {
    const center = (output + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inputs);
    const parts = Array.from({ length: end - first }, (_, k) =>
      filter.weigh((k + first - center + 0.5) * (1 / filterScale)),
    );
    const total = parts.reduce((sum, part) => sum + part, 0);
    const at = (output - range.from) * stride;
    // Unused taps keep weight 0 on a pixel that is read anyway.
    indices.fill(first, at, at + stride);
    for (const [k, part] of parts.entries()) {
      indices[at + k] = first + k;
      weights[at + k] = toFixedPoint(total === 0 ? part : part / total);
    }
  }
  return { stride, indices, weights };
}

/** A window of a picture as it is after a resize to `size`. */
export function resampleAntialiased(
  raster: Raster,
  size: Size,
  window: Window,
  filterName: AntialiasedFilter,
): Raster {
  const filter = filters[filterName];
  const columns = { from: window.left, to: window.left + window.width };
  const lines = { from: window.top, to: window.top + window.height };
  const across = tapsOf(filter, raster.width, size.width, columns);
  const down = tapsOf(filter, raster.height, size.height, lines);
  const rows = inputRange(down);
  const data = new Uint8ClampedArray(countOf(rows) * window.width * raster.channels);
  const between = resampleAcross(raster, across, rows, { data, shift: weightBits });
  return {
    width: window.width,
    height: window.height,
    channels: raster.channels,
    data: resampleDown(between, down, weightBits),
  };
}
