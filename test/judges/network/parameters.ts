/*
 * Numbers as training leaves them, where made-up ones are all alike: weights whose size differs by channel and that have outliers, gammas of both
 * signs, next to nothing and 0, variances from 1e-6 on, means far from 0. Weights of the linear layer hold what is hard to round to float16.
 */
import { type ConvLayer, convLayers, inputShape, linearLayer } from './layers.ts';
import { createRandom, type Random } from './random.ts';

export interface ConvParameters {
  /** [outputs, inputs, side, side] */
  readonly weight: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface Parameters {
  /** By the node's name. */
  readonly convs: ReadonlyMap<string, ConvParameters>;
  /** [outputs, inputs] */
  readonly linearWeight: Float32Array;
  readonly linearBias: Float32Array;
}

function fill(count: number, make: (index: number) => number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => make(index));
}

function makeVariance({ uniform, normal }: Random): number {
  return uniform() < 0.1 ? 10 ** (-6 + 2 * uniform()) : 0.4 * Math.exp(0.8 * normal());
}

function makeGamma({ uniform, normal }: Random): number {
  const kind = uniform();
  if (kind < 0.04) return 0;
  if (kind < 0.1) return 1e-4 * normal();
  return (kind < 0.25 ? -1 : 1) * (0.4 + 0.8 * uniform());
}

/** One number in 500 is several times as large as the others. */
const makeWeight = ({ uniform, normal }: Random): number =>
  normal() * (uniform() < 0.002 ? 4 : 1) * 0.9;

/** `inputs` are those that an output reads, of a convolution in groups its group's. */
export function makeConv(
  { outputs, inputs, side }: Pick<ConvLayer, 'outputs' | 'inputs'> & { readonly side: number },
  random: Random,
): ConvParameters {
  const size = inputs * side * side;
  const variance = fill(outputs, () => makeVariance(random));
  const deviation = (channel: number): number => Math.sqrt(variance[channel] as number);
  return {
    variance,
    // What comes out has about the variance that the batch norm divides by.
    weight: fill(
      outputs * size,
      (i) => makeWeight(random) * deviation(Math.floor(i / size)) * Math.sqrt(1.5 / size),
    ),
    gamma: fill(outputs, () => makeGamma(random)),
    beta: fill(outputs, () => 0.3 * random.normal()),
    mean: fill(outputs, (channel) => random.normal() * deviation(channel)),
  };
}

/** Halfway between two float16 numbers, subnormal in float16, below all of them, negative zero. */
export const hardToRound: readonly number[] = [
  1 + 2 ** -11,
  1 + 3 * 2 ** -11,
  -(0.5 + 2 ** -12),
  0.25 + 3 * 2 ** -13,
  1.5 * 2 ** -24,
  2.5 * 2 ** -24,
  -(2 ** -25),
  2 ** -25 + 2 ** -40,
  1e-7,
  -3e-6,
  6.1e-5,
  2 ** -14 - 2 ** -26,
  1e-20,
  -0,
];

function makeLinearWeight(random: Random): Float32Array {
  const { outputs, inputs } = linearLayer;
  return fill(outputs * inputs, (i) => {
    const hard = i % 97 === 0 ? hardToRound[(i / 97) % hardToRound.length] : undefined;
    return hard ?? random.normal() * 0.15;
  });
}

export function makeParameters(seed: number): Parameters {
  const random = createRandom(seed);
  return {
    convs: new Map(convLayers.map((layer) => [layer.node, makeConv(layer, random)])),
    linearWeight: makeLinearWeight(random),
    linearBias: fill(linearLayer.outputs, () => 0.3 * random.normal()),
  };
}

/** All numbers as a narrower type of a file has them. */
export function mapParameters(
  { convs, linearWeight, linearBias }: Parameters,
  round: (value: number) => number,
): Parameters {
  const map = (values: Float32Array): Float32Array => values.map(round);
  return {
    convs: new Map(
      [...convs].map(([node, { weight, gamma, beta, mean, variance }]) => [
        node,
        {
          weight: map(weight),
          gamma: map(gamma),
          beta: map(beta),
          mean: map(mean),
          variance: map(variance),
        },
      ]),
    ),
    linearWeight: map(linearWeight),
    linearBias: map(linearBias),
  };
}

const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

/** Pictures [count, 3, height, width], normalised as torchvision does: waves of another length, direction and contrast in each, with noise. */
export function makePictures(
  count: number,
  seed: number,
  [channels, height, width]: readonly [number, number, number] = inputShape,
): Float32Array {
  const { uniform, normal } = createRandom(seed);
  const values = new Float32Array(count * channels * height * width);
  for (let plane = 0, at = 0; plane < count * channels; plane++) {
    const channel = plane % channels;
    const [contrast, x, y, phase] = [uniform() * 0.5, uniform(), uniform(), 6 * uniform()];
    for (let i = 0; i < height * width; i++) {
      const wave = Math.sin(phase + x * (i % width) + y * Math.floor(i / width));
      const pixel = Math.round(255 * (0.5 + contrast * wave + 0.05 * normal()));
      const inside = Math.max(0, Math.min(255, pixel)) / 255;
      values[at++] = (inside - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
    }
  }
  return values;
}
