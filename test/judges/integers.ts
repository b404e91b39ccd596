/* Integers against the numbers that they stand for. */
import { halfValue, nearestHalf } from '../helpers/half.ts';
import type { Steps } from './roles.ts';

/** Half a step, and what float32 division may add. */
const halfStep = 0.5001;

/** A bias may fill half of int32; the rest is for the sums of products. */
export const largestBias = 2 ** 30;

/** The parameter of element `index`: of a scalar always the same. */
function parameterAt(
  values: ArrayLike<number>,
  dims: readonly number[],
  axis: number,
): (index: number) => number {
  if (values.length === 1) return () => values[0] as number;
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  return (index) => values[Math.floor(index / inner) % values.length] as number;
}

export interface Integers {
  readonly values: ArrayLike<number>;
  readonly dims: readonly number[];
  readonly steps: Steps;
}

/** The nearest integers from −127 to 127, as the graph makes them of floats. */
export function quantize(
  floats: ArrayLike<number>,
  dims: readonly number[],
  steps: Steps,
): Integers {
  const scaleAt = parameterAt(steps.scale.values, dims, steps.axis);
  const values = Int8Array.from(floats, (x, index) =>
    Math.max(-127, Math.min(127, Math.round(x / scaleAt(index)))),
  );
  return { values, dims, steps };
}

/** A sentence where an integer is further than half a step from its number. */
export function judgeDistances(
  { values, dims, steps: { scale, zeroPoint, axis } }: Integers,
  wanted: ArrayLike<number>,
): string | undefined {
  const scaleAt = parameterAt(scale.values, dims, axis);
  const zeroAt = parameterAt(zeroPoint.values, dims, axis);
  let far = 0;
  let furthest = 0;
  for (let index = 0; index < values.length; index++) {
    const step = scaleAt(index);
    const number = ((values[index] as number) - zeroAt(index)) * step;
    const distance = Math.abs(number - (wanted[index] as number)) / step;
    // The other way round NaN would pass.
    if (distance <= halfStep) continue;
    far++;
    furthest = Math.max(furthest, distance);
  }
  if (far === 0) return undefined;
  return `${far} of ${values.length} are up to ${furthest} steps from FP32's`;
}

function largestOf(values: ArrayLike<number>, start: number, end: number): number {
  let largest = 0;
  for (let index = start; index < end; index++) {
    largest = Math.max(largest, Math.abs(values[index] as number));
  }
  return largest;
}

/**
 * A sentence where a channel's scale is coarser or finer than it must be: its largest weight is ±127, unless all its weights are 0 or the scale is
 * as large as its bias needs it.
 */
export function judgeChannels(
  { values, steps }: Integers,
  biasAt: (channel: number) => number,
): string | undefined {
  const { values: scales, type } = steps.scale;
  const size = values.length / scales.length;
  const isFit = (channel: number): boolean => {
    const largest = largestOf(values, channel * size, (channel + 1) * size);
    const bias = Math.abs(biasAt(channel)) / (scales[channel] as number) / largestBias;
    // A float16 scale is the least that is not below 1 / 127 of the largest weight; subnormal ones lie far apart.
    const scale = scales[channel] as number;
    const finer = type === 'FLOAT16' ? halfValue(Math.max(0, nearestHalf(scale) - 1)) : scale;
    if (largest < 127 && (largest + 0.5) * scale > 127 * finer) return type === 'FLOAT16';
    return largest === 127 || (largest < 127 && (bias > 0.999 || largest === 0));
  };
  const unfit = Array.from(scales, (_, channel) => channel).filter((channel) => !isFit(channel));
  if (unfit.length === 0) return undefined;
  return `${unfit.length} of ${scales.length} channels do not end at 127, as channel ${unfit[0]}`;
}
