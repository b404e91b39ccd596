import type { Raster } from '../raster.ts';

/** What each output coordinate of one axis is made of: `stride` input coordinates and their weights in fixed point, side by side. */
export interface Taps {
  readonly stride: number;
  readonly indices: Int32Array;
  readonly weights: Int32Array;
}

/** Output coordinates of one axis that are wanted, half-open. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function countOf({ from, to }: Range): number {
  return to - from;
}

/** First and last+1 input coordinate that taps read. */
export function inputRange({ indices }: Taps): Range {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const index of indices) {
    if (index < from) from = index;
    if (index >= to) to = index + 1;
  }
  return { from: Math.min(from, to), to };
}

/** Rows of numbers; `data` begins at row `top`. */
export interface Rows {
  readonly top: number;
  /** Numbers in a row: width × channels. */
  readonly length: number;
  readonly data: Uint8ClampedArray | Int32Array;
}

interface Across {
  readonly source: Uint8Array;
  /** First number of the row. */
  readonly row: number;
  readonly taps: Taps;
  readonly shift: number;
  readonly data: Rows['data'];
  /** Where the row's first output goes. */
  readonly at: number;
}

/** One row of pixels of one channel. */
function acrossGray({ source, row, taps, shift, data, at }: Across): void {
  const { stride, indices, weights } = taps;
  const half = shift > 0 ? 1 << (shift - 1) : 0;
  for (let to = at, tap = 0; tap < indices.length; to++, tap += stride) {
    let sum = half;
    for (let k = tap; k < tap + stride; k++) {
      const pixel = source[row + (indices[k] as number)] as number;
      sum = (sum + Math.imul(weights[k] as number, pixel)) | 0;
    }
    data[to] = sum >> shift;
  }
}

/** One row of pixels of three channels, side by side: weights are fetched once for the three. */
function acrossColor({ source, row, taps, shift, data, at }: Across): void {
  const { stride, indices, weights } = taps;
  const half = shift > 0 ? 1 << (shift - 1) : 0;
  for (let to = at, tap = 0; tap < indices.length; to += 3, tap += stride) {
    let red = half;
    let green = half;
    let blue = half;
    for (let k = tap; k < tap + stride; k++) {
      const weight = weights[k] as number;
      const from = row + (indices[k] as number) * 3;
      red = (red + Math.imul(weight, source[from] as number)) | 0;
      green = (green + Math.imul(weight, source[from + 1] as number)) | 0;
      blue = (blue + Math.imul(weight, source[from + 2] as number)) | 0;
    }
    data[to] = red >> shift;
    data[to + 1] = green >> shift;
    data[to + 2] = blue >> shift;
  }
}

/**
 * Weighs the pixels of each row: (sum + half) >> shift, into `data` of [rows, outputs, channels]. A clamped array keeps 0..255; with shift 0 an
 * Int32Array keeps all the bits.
 */
export function resampleAcross(
  { channels, width, data: source }: Raster,
  taps: Taps,
  rows: Range,
  { data, shift }: { readonly data: Rows['data']; readonly shift: number },
): Rows {
  const length = (taps.indices.length / taps.stride) * channels;
  const across = channels === 3 ? acrossColor : acrossGray;
  for (let y = rows.from; y < rows.to; y++) {
    const at = (y - rows.from) * length;
    across({ source, row: y * width * channels, taps, shift, data, at });
  }
  return { top: rows.from, length, data };
}

/** Weighs whole rows: (sum + half) >> shift, clamped to 0..255. */
export function resampleDown(rows: Rows, taps: Taps, shift: number): Uint8Array {
  const { length, top, data } = rows;
  const { stride, indices, weights } = taps;
  const outputs = indices.length / stride;
  const result = new Uint8ClampedArray(outputs * length);
  const sums = new Int32Array(length);
  for (let y = 0; y < outputs; y++) {
    sums.fill(1 << (shift - 1));
    for (let k = y * stride; k < (y + 1) * stride; k++) {
      const weight = weights[k] as number;
      if (weight === 0) continue;
      const from = ((indices[k] as number) - top) * length;
      for (let x = 0; x < length; x++) {
        sums[x] = ((sums[x] as number) + Math.imul(weight, data[from + x] as number)) | 0;
      }
    }
    for (let x = 0; x < length; x++) result[y * length + x] = (sums[x] as number) >> shift;
  }
  return new Uint8Array(result.buffer);
}
