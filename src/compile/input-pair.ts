import type { AdaptInputOptions, InputForm } from '../../codegen/passes/adapt-input.ts';
import { bytesOf, float32View } from '../../codegen/tensors/float-bytes.ts';
import { fromFloat16Bits, toFloat16Bits } from '../../codegen/tensors/float16.ts';
import type { Tensor } from '../../engines/engine.ts';

/** The same pictures for the network as trained, float32 [N, C, H, W], and for an engine in the form that it reads. */
export interface InputPair {
  readonly trained: Tensor;
  readonly engine: Tensor;
  /** Whether the form holds the pictures as they were given; otherwise both are what it makes of them. */
  readonly exact: boolean;
}

type Convert = (input: Tensor, options: AdaptInputOptions) => Omit<InputPair, 'exact'>;

function float16Pair(input: Tensor): Omit<InputPair, 'exact'> {
  const halves = Uint16Array.from(float32View(input.bytes), toFloat16Bits);
  return {
    trained: { ...input, bytes: bytesOf(Float32Array.from(halves, fromFloat16Bits)) },
    engine: { ...input, dataType: 'float16', bytes: bytesOf(halves) },
  };
}

/** The pixels, 0 to 255 and planar, that normalised numbers stand for; whole ones for forms of bytes. */
function pixelsOf(
  { shape: [images = 1, channels = 1, height = 1, width = 1], bytes }: Tensor,
  { mean, std }: AdaptInputOptions,
  toPixel: (value: number) => number,
): Float32Array {
  const area = height * width;
  const numbers = float32View(bytes);
  const pixels = new Float32Array(numbers.length);
  for (let plane = 0; plane < images * channels; plane++) {
    const [average, deviation] = [mean[plane % channels] ?? 0, std[plane % channels] ?? 1];
    for (let i = plane * area; i < (plane + 1) * area; i++) {
      const value = ((numbers[i] as number) * deviation + average) * 255;
      pixels[i] = Math.max(0, Math.min(255, toPixel(value)));
    }
  }
  return pixels;
}

/** Planar pixels normalised as torchvision does, step by step in float32. */
function normalise(
  pixels: Float32Array,
  { shape: [images = 1, channels = 1, height = 1, width = 1] }: Tensor,
  { mean, std }: AdaptInputOptions,
): Float32Array {
  const { fround } = Math;
  const area = height * width;
  const normalised = new Float32Array(pixels.length);
  for (let plane = 0; plane < images * channels; plane++) {
    const average = fround(mean[plane % channels] ?? 0);
    const deviation = fround(std[plane % channels] ?? 1);
    for (let i = plane * area; i < (plane + 1) * area; i++) {
      normalised[i] = fround(fround((pixels[i] as number) / 255) - average) / deviation;
    }
  }
  return normalised;
}

/** Planar pixels as bytes [N, H, W, samples]; what is behind the channels is alpha, 255. */
function interleave(pixels: Float32Array, { shape }: Tensor, samples: number): Tensor {
  const [images = 1, channels = 1, height = 1, width = 1] = shape;
  const area = height * width;
  const bytes = new Uint8Array(images * area * samples).fill(255);
  for (let plane = 0; plane < images * channels; plane++) {
    const start = Math.floor(plane / channels) * area * samples + (plane % channels);
    for (let i = 0; i < area; i++) bytes[start + i * samples] = pixels[plane * area + i] as number;
  }
  return { dataType: 'uint8', shape: [images, height, width, samples], bytes };
}

function floatPixelPair(input: Tensor, options: AdaptInputOptions): Omit<InputPair, 'exact'> {
  const pixels = pixelsOf(input, options, (value) => value);
  return {
    trained: { ...input, bytes: bytesOf(normalise(pixels, input, options)) },
    engine: { ...input, bytes: bytesOf(pixels) },
  };
}

function bytePair(
  input: Tensor,
  options: AdaptInputOptions,
  samples: number,
): Omit<InputPair, 'exact'> {
  const pixels = pixelsOf(input, options, Math.round);
  return {
    trained: { ...input, bytes: bytesOf(normalise(pixels, input, options)) },
    engine: interleave(pixels, input, samples),
  };
}

const conversions: Readonly<Record<Exclude<InputForm, 'float32'>, Convert>> = {
  float16: float16Pair,
  'float32-pixels': floatPixelPair,
  'uint8-nhwc': (input, options) => bytePair(input, options, options.mean.length),
  'rgba-uint8': (input, options) => bytePair(input, options, 4),
};

/** Rounding of the normalisation itself. */
const exactWithin = 1e-5;

/** Brings an input of the network into an engine's form, and gives the network what the form made of it. */
export function pairInput(input: Tensor, options: AdaptInputOptions | undefined): InputPair {
  if (!options || options.form === 'float32') return { trained: input, engine: input, exact: true };
  const pair = conversions[options.form](input, options);
  const [before, after] = [float32View(input.bytes), float32View(pair.trained.bytes)];
  const exact = before.every((value, i) => Math.abs(value - (after[i] as number)) <= exactWithin);
  return { ...pair, exact };
}
