/*
 * OpenCV's resampling of 8-bit pictures (cv2.resize, modules/imgproc/src/resize.cpp), which PaddleClas uses: each output pixel is interpolated between
 * the 2 or 4 input pixels a side that are nearest to its centre, whatever the scale. Positions and weights are float32, weights then fixed point with
 * 11 bits; the border is repeated. Bilinear is bit-identical; bicubic differs by 1 in some of 10,000 pixels from OpenCV's own code, and in one of 25 from
 * Intel's, which its packages for x86 use for bicubic.
 */
import { roundHalfEven } from '../../../codegen/tensors/rounding.ts';
import type { Raster, Size, Window } from '../raster.ts';
import {
  countOf,
  inputRange,
  type Range,
  type Rows,
  resampleAcross,
  resampleDown,
  type Taps,
} from './taps.ts';

const weightBits = 11;
const { fround } = Math;

interface Kernel {
  readonly taps: number;
  /** Weights of the pixels around a position that lies `fraction` after the middle-left one. */
  weigh(fraction: number): readonly number[];
}

/** Keys' cubic with a = −0.75. */
function cubicWeights(x: number): readonly number[] {
  const inner = (d: number): number => (1.25 * d - 2.25) * d * d + 1;
  const outer = (d: number): number => ((-0.75 * d + 3.75) * d - 6) * d + 3;
  const [first, second, third] = [outer(1 + x), inner(x), inner(1 - x)];
  return [first, second, third, 1 - first - second - third];
}

const kernels = {
  bilinear: { taps: 2, weigh: (fraction) => [1 - fraction, fraction] },
  bicubic: { taps: 4, weigh: cubicWeights },
} as const satisfies Readonly<Record<string, Kernel>>;

export type SampledKernel = keyof typeof kernels;

function tapsOf(kernel: Kernel, inputs: number, outputs: number, range: Range): Taps {
  const scale = 1 / (outputs / inputs);
  const stride = kernel.taps;
  const indices = new Int32Array(countOf(range) * stride);
  const weights = new Int32Array(countOf(range) * stride);
  for (let output = range.from; output < range.to; output++) {
    const position = fround((output + 0.5) * scale - 0.5);
    const before = Math.floor(position);
    const parts = kernel.weigh(fround(position - before));
    for (const [k, part] of parts.entries()) {
      const at = (output - range.from) * stride + k;
      indices[at] = Math.min(Math.max(before + k - (stride / 2 - 1), 0), inputs - 1);
      weights[at] = roundHalfEven(fround(part) * 2 ** weightBits);
    }
  }
  return { stride, indices, weights };
}

/** The vertical half of OpenCV's bilinear drops low bits on the way, so that 16-bit products suffice. */
function bilinearDown({ top, length, data }: Rows, { indices, weights }: Taps): Uint8Array {
  const outputs = indices.length / 2;
  const result = new Uint8Array(outputs * length);
  for (let y = 0; y < outputs; y++) {
    const upper = ((indices[2 * y] as number) - top) * length;
    const lower = ((indices[2 * y + 1] as number) - top) * length;
    const [upperWeight, lowerWeight] = [weights[2 * y] as number, weights[2 * y + 1] as number];
    for (let x = 0; x < length; x++) {
      const above = Math.imul(upperWeight, (data[upper + x] as number) >> 4) >> 16;
      const below = Math.imul(lowerWeight, (data[lower + x] as number) >> 4) >> 16;
      result[y * length + x] = (above + below + 2) >> 2;
    }
  }
  return result;
}

/** A window of a picture as it is after a resize to `size`. */
export function resampleSampled(
  raster: Raster,
  size: Size,
  window: Window,
  kernelName: SampledKernel,
): Raster {
  const kernel = kernels[kernelName];
  const columns = { from: window.left, to: window.left + window.width };
  const lines = { from: window.top, to: window.top + window.height };
  const across = tapsOf(kernel, raster.width, size.width, columns);
  const down = tapsOf(kernel, raster.height, size.height, lines);
  const rows = inputRange(down);
  const sums = new Int32Array(countOf(rows) * window.width * raster.channels);
  const between = resampleAcross(raster, across, rows, { data: sums, shift: 0 });
  const data =
    kernelName === 'bilinear'
      ? bilinearDown(between, down)
      : resampleDown(between, down, 2 * weightBits);
  return { width: window.width, height: window.height, channels: raster.channels, data };
}
