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

/** Pixels [N, H, W, C] or, with alpha 255, [N, H, W, 4], and what they are when normalised as torchvision does, step by step in float32. */
function pixelPair(input: Tensor, { mean, std }: AdaptInputOptions, alpha: boolean) {
  const { fround } = Math;
  const [images = 1, channels = 1, height = 1, width = 1] = input.shape;
  const area = height * width;
  const bytes = alpha ? 4 : channels;
  const numbers = float32View(input.bytes);
  const normalised = new Float32Array(numbers.length);
  const pixels = new Uint8Array(images * area * bytes).fill(255);
  for (let plane = 0; plane < images * channels; plane++) {
    const [image, channel] = [Math.floor(plane / channels), plane % channels];
    const [average, deviation] = [fround(mean[channel] ?? 0), fround(std[channel] ?? 1)];
    for (let i = 0; i < area; i++) {
      const value = ((numbers[plane * area + i] as number) * deviation + average) * 255;
      const pixel = Math.max(0, Math.min(255, Math.round(value)));
      pixels[(image * area + i) * bytes + channel] = pixel;
      normalised[plane * area + i] = fround(fround(pixel / 255) - average) / deviation;
    }
  }
  const shape = [images, height, width, bytes];
  return {
    trained: { ...input, bytes: bytesOf(normalised) },
    engine: { dataType: 'uint8' as const, shape, bytes: pixels },
  };
}

const conversions: Readonly<Record<Exclude<InputForm, 'float32'>, Convert>> = {
  float16: float16Pair,
  'uint8-nhwc': (input, options) => pixelPair(input, options, false),
  'rgba-uint8': (input, options) => pixelPair(input, options, true),
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
