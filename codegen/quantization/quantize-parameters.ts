/*
 * Weights to int8: symmetric, one scale an output channel, −127 to 127; biases to int32 in units of what they are added to.
 *   s[o] = max |W[o,…]| / 127,   q = round-half-even(W / s[o]),   b32[o] = round-half-even(b[o] / (s_x · s[o]))
 * A channel whose weights are next to nothing beside its bias (a dead one) gets a scale in which that integer still fits; engines that are
 * given a float bias make the same integer of it.
 */
import { elementCount } from '../ir/types.ts';
import { bytesOf, float32View } from '../tensors/float-bytes.ts';
import { roundHalfEven } from '../tensors/rounding.ts';
import { mapRows, readAll, type TensorSource, wholeTensor } from '../tensors/tensor-source.ts';
import { largestMagnitude } from './largest-magnitude.ts';
import { type ScaleRounding, scaleRoundings } from './scale-rounding.ts';

/** The bias may take half of the 31 bits; the sums of products need a tenth of the rest at ResNet's largest (4608 · 127 · 255). */
const largestBias = 2 ** 30;

/** Below this a scale would be lost in float32 arithmetic, and what it stands for is nothing. */
const smallestScale = 2 ** -100;

/** The scale of one output channel. */
function scaleOf(
  largestWeight: number,
  bias: number,
  { inputScale, roundScale = scaleRoundings.float32 }: FloatParameters,
): number {
  const forWeight = largestWeight / 127;
  const forBias = Math.abs(bias) / (inputScale * largestBias);
  const scale = Math.max(forWeight, forBias);
  return roundScale(scale < smallestScale ? 1 : scale);
}

function quantizeRow(values: Float32Array, scale: number, into: Int8Array): void {
  // In float32, as QuantizeLinear divides; by the choice of the scale no quotient is beyond ±127.
  for (let i = 0; i < values.length; i++)
    into[i] = roundHalfEven(Math.fround((values[i] as number) / scale));
}

export interface FloatParameters {
  /** float32, output channels first. */
  readonly weight: TensorSource;
  readonly bias: TensorSource | undefined;
  /** Scale of the activations that the weights are multiplied with. */
  readonly inputScale: number;
  /** To the type that scales are stored in; default: float32. */
  readonly roundScale?: ScaleRounding;
}

export interface QuantizedParameters {
  readonly weight: TensorSource;
  /** float32 [output channels]. */
  readonly weightScale: TensorSource;
  readonly bias: TensorSource;
  /** float32 [output channels]. */
  readonly biasScale: TensorSource;
  /** The weight as it was; reading it finds the scales on the way. */
  readonly floatWeight: TensorSource;
}

/**
 * A layer's integers and their scales, made when they are read. What is read first finds the scales for the others, and only they are
 * kept: with the weight first, it is made once.
 */
export function quantizeParameters(parameters: FloatParameters): QuantizedParameters {
  const { weight, bias, inputScale } = parameters;
  const [channels = 1] = weight.shape;
  const rowLength = elementCount(weight.shape.slice(1));
  let found: Float32Array | undefined;
  const readBias = async () =>
    bias ? float32View(await readAll(bias)) : new Float32Array(channels);

  /** The weight's rows of float32, each with its scale; all scales are known behind the last. */
  const mapWeight = (
    dataType: 'int8' | 'float32',
    mapRow: (row: Float32Array, scale: number, into: Uint8Array) => void,
  ): TensorSource =>
    mapRows(weight, { dataType, shape: weight.shape }, async () => {
      const biases = await readBias();
      const scales = new Float32Array(channels);
      return {
        map(from, into, first) {
          const values = float32View(from);
          const intoBytes = (into.byteLength / values.length) * rowLength;
          for (let start = 0, o = first; start < values.length; start += rowLength, o++) {
            const largest = largestMagnitude(values, start, start + rowLength);
            const scale = scaleOf(largest, biases[o] as number, parameters);
            scales[o] = scale;
            const at = (start / rowLength) * intoBytes;
            const row = values.subarray(start, start + rowLength);
            mapRow(row, scale, into.subarray(at, at + intoBytes));
          }
        },
        end() {
          found = scales;
        },
      };
    });
  const quantized = mapWeight('int8', (row, scale, into) => {
    quantizeRow(row, scale, new Int8Array(into.buffer, into.byteOffset, into.length));
  });
  const floatWeight = mapWeight('float32', (row, _scale, into) => into.set(bytesOf(row)));
  const readScales = async (): Promise<Float32Array> => {
    if (!found) for await (const _rows of floatWeight.rows());
    if (!found) throw new Error('a reading of the weight finds its scales');
    return found.slice();
  };
  const readBiasScales = async () => (await readScales()).map((scale) => scale * inputScale);
  const floats = (read: () => Promise<Float32Array>): TensorSource =>
    wholeTensor('float32', [channels], async () => bytesOf(await read()));
  return {
    floatWeight,
    weight: quantized,
    weightScale: floats(readScales),
    bias: wholeTensor('int32', [channels], async () => {
      const scales = await readBiasScales();
      const values = await readBias();
      return bytesOf(
        Int32Array.from(values, (value, o) => roundHalfEven(value / (scales[o] as number))),
      );
    }),
    biasScale: floats(readBiasScales),
  };
}
