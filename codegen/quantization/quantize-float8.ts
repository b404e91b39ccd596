/*
 * Weights to float8e4m3fn: one scale a tensor, s = max |W| / 448. A float has its own exponent, so that small channels lose nothing by the largest.
 */
import { float32View } from '../tensors/float-bytes.ts';
import { largestFloat8, toFloat8Bits } from '../tensors/float8.ts';
import { mapRows, type TensorSource, wholeTensor } from '../tensors/tensor-source.ts';
import { largestMagnitude } from './largest-magnitude.ts';
import { type ScaleRounding, scaleRoundings } from './scale-rounding.ts';

export interface Float8Weight {
  readonly weight: TensorSource;
  /** float32, one number. */
  readonly weightScale: TensorSource;
}

async function readScale(weight: TensorSource, round: ScaleRounding): Promise<number> {
  let largest = 0;
  for await (const rows of weight.rows()) {
    const values = float32View(rows);
    largest = Math.max(largest, largestMagnitude(values, 0, values.length));
  }
  // NaN stays NaN, so that whoever writes the scale sees it.
  return round(largest === 0 ? 1 : largest / largestFloat8);
}

/** A layer's weights and their scale, made when they are read; the weight is read once for its scale and once for its numbers. */
export function quantizeFloat8(
  weight: TensorSource,
  round: ScaleRounding = scaleRoundings.float32,
): Float8Weight {
  let found: Promise<number> | undefined;
  const scaleOf = (): Promise<number> => {
    found ??= readScale(weight, round);
    return found;
  };
  const { shape } = weight;
  return {
    weight: mapRows(weight, { dataType: 'float8e4m3fn', shape }, async () => {
      const scale = await scaleOf();
      return {
        map(from, into) {
          const values = float32View(from);
          for (let i = 0; i < values.length; i++)
            into[i] = toFloat8Bits(Math.fround((values[i] as number) / scale));
        },
      };
    }),
    weightScale: wholeTensor('float32', [], async () => {
      const scale = Float32Array.of(await scaleOf());
      return new Uint8Array(scale.buffer);
    }),
  };
}
