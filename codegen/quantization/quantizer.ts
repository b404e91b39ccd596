import { largestFloat8 } from '../tensors/float8.ts';
import type { QuantizedType } from './int8-form.ts';
import { type ScaleRounding, scaleRoundings } from './scale-rounding.ts';

/** How a tensor's numbers become those of few bits: q = round(x / scale) + zero point. */
export interface Quantizer {
  readonly dataType: 'int8' | 'uint8' | 'float8e4m3fn';
  readonly zeroPoint: number;
  /** The largest magnitude, in units of the scale. */
  readonly levels: number;
}

const symmetric: Quantizer = { dataType: 'int8', zeroPoint: 0, levels: 127 };
const positive: Quantizer = { dataType: 'uint8', zeroPoint: 0, levels: 255 };
const centred: Quantizer = { dataType: 'uint8', zeroPoint: 128, levels: 127 };
const floating: Quantizer = { dataType: 'float8e4m3fn', zeroPoint: 0, levels: largestFloat8 };

/** float8e4m3fn where a form is of that; else int8 with 0 as zero point; where a form has unsigned tensors uint8, from 0 on for tensors that are never negative. */
export function quantizerFor(tensor: {
  readonly numbers?: QuantizedType;
  readonly unsigned: boolean;
  readonly nonNegative: boolean;
}): Quantizer {
  if (tensor.numbers === 'float8e4m3fn') return floating;
  if (!tensor.unsigned) return symmetric;
  return tensor.nonNegative ? positive : centred;
}

/** A range below this is none: a tensor that was 0 throughout the calibration. Scales must be above 0. */
const emptyRange = 2 ** -100;

/** The scale for numbers up to `range`; without a range 1 is assumed to be the largest number. */
export function scaleOf(
  range: number,
  { levels }: Quantizer,
  round: ScaleRounding = scaleRoundings.float32,
): number {
  return round((range > emptyRange ? range : 1) / levels);
}
