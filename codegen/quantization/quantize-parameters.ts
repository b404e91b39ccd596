/*
 * Weights to int8: symmetric, one scale an output channel, −127 to 127; biases to int32 in units of what they are added to.
 *   s[o] = max |W[o,…]| / 127,   q = round-half-even(W / s[o]),   b32[o] = round-half-even(b[o] / (s_x · s[o]))
 * A channel whose weights are next to nothing beside its bias (a dead one) gets a scale in which that integer still fits; engines that are
 * given a float bias make the same integer of it.
 */
import { giveBack } from '../weights/buffer-pool.ts';
import { bytesOf, float32View } from '../weights/float-bytes.ts';
import type { TensorSource } from '../weights/tensor-source.ts';
import { roundHalfEven } from './rounding.ts';

/** The bias may take half of the 31 bits; the sums of products need a tenth of the rest at ResNet's largest (4608 · 127 · 255). */
const largestBias = 2 ** 30;

/** Below this a scale would be lost in float32 arithmetic, and what it stands for is nothing. */
const smallestScale = 2 ** -100;

function largestMagnitude(values: Float32Array, start: number, end: number): number {
  let largest = 0;
  for (let i = start; i < end; i++) {
    const magnitude = Math.abs(values[i] as number);
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

function scalesOf(
  weight: Float32Array,
  channels: number,
  bias: Float32Array | undefined,
  inputScale: number,
): Float32Array {
  const size = weight.length / channels;
  return Float32Array.from({ length: channels }, (_, o) => {
    const forWeight = largestMagnitude(weight, o * size, (o + 1) * size) / 127;
    const forBias = Math.abs(bias?.[o] ?? 0) / (inputScale * largestBias);
    const scale = Math.max(forWeight, forBias);
    return scale < smallestScale ? 1 : scale;
  });
}

/** The integers, in the front quarter of the numbers' own bytes. */
function quantizeChannels(values: Float32Array, scales: Float32Array): Int8Array {
  const size = values.length / scales.length;
  // Value i is written to byte i; bytes 4i and on are still to be read.
  const result = new Int8Array(values.buffer, values.byteOffset, values.length);
  for (let o = 0; o < scales.length; o++) {
    const scale = scales[o] as number;
    const end = (o + 1) * size;
    // In float32, as QuantizeLinear divides; by the choice of the scale no quotient is beyond ±127.
    for (let i = o * size; i < end; i++)
      result[i] = roundHalfEven(Math.fround((values[i] as number) / scale));
  }
  return result;
}

export interface FloatParameters {
  /** float32, output channels first. */
  readonly weight: TensorSource;
  readonly bias: TensorSource | undefined;
  /** Scale of the activations that the weights are multiplied with. */
  readonly inputScale: number;
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
export function quantizeParameters({
  weight,
  bias,
  inputScale,
}: FloatParameters): QuantizedParameters {
  const [channels = 1] = weight.shape;
  let found: Float32Array | undefined;
  const readBias = async () => (bias ? float32View(await bias.read()) : undefined);
  const readWeight = async () => {
    const values = float32View(await weight.read());
    found ??= scalesOf(values, channels, await readBias(), inputScale);
    return { values, scales: found };
  };
  const readScales = async () => (found ?? (await readWeight()).scales).slice();
  const readBiasScales = async () => (await readScales()).map((scale) => scale * inputScale);
  const floats = (read: () => Promise<Float32Array>): TensorSource => ({
    dataType: 'float32',
    shape: [channels],
    read: async () => bytesOf(await read()),
  });
  return {
    floatWeight: {
      dataType: weight.dataType,
      shape: weight.shape,
      read: async () => bytesOf((await readWeight()).values),
    },
    weight: {
      dataType: 'int8',
      shape: weight.shape,
      async read() {
        const { values, scales } = await readWeight();
        const quantized = quantizeChannels(values, scales);
        giveBack(bytesOf(values));
        return bytesOf(quantized);
      },
    },
    weightScale: floats(readScales),
    bias: {
      dataType: 'int32',
      shape: [channels],
      async read() {
        const scales = await readBiasScales();
        const values = (await readBias()) ?? new Float32Array(channels);
        return bytesOf(
          Int32Array.from(values, (value, o) => roundHalfEven(value / (scales[o] as number))),
        );
      },
    },
    biasScale: floats(readBiasScales),
  };
}
