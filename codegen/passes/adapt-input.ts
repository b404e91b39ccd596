/*
 * A graph that reads normalised float32 [N, C, H, W] → one that reads the form its caller has, computing the same:
 *
 *   float16         Cast → Conv
 *   float32-pixels  pixels [N, C, H, W] of 0 to 255 in float32: Sub(255 · mean) → Conv(W / (255 · std))
 *   uint8-nhwc      pixels [N, H, W, C]: Cast → Transpose → Sub(255 · mean) → Conv(W / (255 · std))
 *   rgba-uint8      pixels [N, H, W, 4], alpha 255: Cast → Transpose → Conv with a fourth channel of weights, −Σ W · mean / (255 · std)
 *
 * Zero padding stands for a pixel of `mean` throughout: behind the Sub, or because alpha is 0 there. The mean never goes into the bias, which would be
 * wrong at the borders. The Cast comes first: it is the only operator that TensorRT lets read uint8.
 */
import { greatest } from '../../src/collections/extremes.ts';
import type { Graph, Initializer, Node, Value } from '../ir/graph.ts';
import type { Shape } from '../ir/types.ts';
import { initializerOf, inputOf } from '../ir/walk.ts';
import { constantSource, fixedInitializer } from '../quantization/constant.ts';
import { float32View } from '../tensors/float-bytes.ts';
import { mapRows, type TensorSource } from '../tensors/tensor-source.ts';
import type { Pass } from './pass.ts';

export const inputForms = [
  'float32',
  'float16',
  'float32-pixels',
  'uint8-nhwc',
  'rgba-uint8',
] as const;

/** `float32` is the form of lowered graphs: normalised. */
export type InputForm = (typeof inputForms)[number];

export interface AdaptInputOptions {
  readonly form: InputForm;
  /** Of pixels scaled to 0 … 1, a number each channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The largest magnitude that pixels can give in what the first convolution reads, by the value's name; a calibration has not seen these values. */
export function pixelRanges({ form, mean }: AdaptInputOptions): ReadonlyMap<string, number> {
  if (form === 'rgba-uint8') return new Map([['input', 255]]);
  if (form !== 'uint8-nhwc' && form !== 'float32-pixels') return new Map();
  return new Map([[centred, greatest(mean.flatMap((part) => [part, 1 - part])) * 255]]);
}

const float = 'stem/input/cast';
const planar = 'stem/input/planar';
const centred = 'stem/input/centred';
const means = 'stem/input/mean';

const toFloat: Node = {
  name: float,
  op: 'Cast',
  inputs: ['input'],
  outputs: [float],
  attributes: { to: 'float32' },
};

const toPlanes: Node = {
  name: planar,
  op: 'Transpose',
  inputs: [float],
  outputs: [planar],
  attributes: { perm: [0, 3, 1, 2] },
};

const subtractMean = (pixels: string): Node => ({
  name: centred,
  op: 'Sub',
  inputs: [pixels, means],
  outputs: [centred],
  attributes: {},
});

/** The weight [O, C, kh, kw] with each channel times its factor, and one more channel of sums where `offsets` are given. */
function scaledWeight(
  weight: TensorSource,
  factors: readonly number[],
  offsets?: readonly number[],
): TensorSource {
  const [outputs = 0, channels = 0, height = 0, width = 0] = weight.shape;
  const area = height * width;
  const wide = channels + (offsets ? 1 : 0);
  const scaleRow = (values: Float32Array, result: Float32Array): void => {
    for (let i = 0; i < area; i++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        const scaled = (values[c * area + i] as number) * (factors[c] as number);
        result[c * area + i] = scaled;
        sum += scaled * (offsets?.[c] ?? 0);
      }
      if (offsets) result[channels * area + i] = sum;
    }
  };
  const shape = [outputs, wide, height, width];
  return mapRows(weight, { dataType: 'float32', shape }, () => ({
    map(from, into) {
      const values = float32View(from);
      const result = float32View(into);
      for (let o = 0; o * channels * area < values.length; o++) {
        const row = values.subarray(o * channels * area, (o + 1) * channels * area);
        scaleRow(row, result.subarray(o * wide * area, (o + 1) * wide * area));
      }
    },
  }));
}

interface Adaptation {
  readonly input: Value['type'];
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  /** The first convolution's weight. */
  readonly weight: Initializer;
}

type Adapt = (input: Value, weight: Initializer, options: AdaptInputOptions) => Adaptation;

/** What a Sub and a convolution need to read pixels: the means, and the weight over 255 · std. */
function normalisation(
  weight: Initializer,
  { mean, std }: AdaptInputOptions,
): Pick<Adaptation, 'initializers' | 'weight'> {
  const shape = [mean.length, 1, 1];
  const numbers = Float32Array.from(mean, (value) => value * 255);
  const factors = std.map((value) => 1 / (255 * value));
  return {
    initializers: [
      fixedInitializer(means, 'float32', shape, constantSource('float32', shape, numbers)),
    ],
    weight: weight.source ? { ...weight, source: scaledWeight(weight.source, factors) } : weight,
  };
}

/** [N, C, H, W] → [N, H, W, channels]. */
function interleaved([n = 'N', , h = 1, w = 1]: Shape, channels: number): Shape {
  return [n, h, w, channels];
}

const adaptations: Readonly<Record<Exclude<InputForm, 'float32'>, Adapt>> = {
  float16: ({ type }, weight) => ({
    input: { ...type, dataType: 'float16' },
    nodes: [toFloat],
    initializers: [],
    weight,
  }),
  'float32-pixels': ({ type, name }, weight, options) => ({
    input: type,
    nodes: [subtractMean(name)],
    ...normalisation(weight, options),
  }),
  'uint8-nhwc': ({ type }, weight, options) => ({
    input: { dataType: 'uint8', shape: interleaved(type.shape, options.mean.length) },
    nodes: [toFloat, toPlanes, subtractMean(planar)],
    ...normalisation(weight, options),
  }),
  'rgba-uint8': ({ type }, { source, ...weight }, { mean, std }) => {
    const [outputs = 1, , ...kernel] = weight.type.shape;
    const factors = std.map((value) => 1 / (255 * value));
    // Alpha is 255 itself, so that the sum of w · mean / std needs a 255th.
    const offsets = mean.map((value) => -value);
    return {
      input: { dataType: 'uint8', shape: interleaved(type.shape, 4) },
      nodes: [toFloat, toPlanes],
      initializers: [],
      weight: {
        ...weight,
        type: { ...weight.type, shape: [outputs, 4, ...kernel] },
        ...(source ? { source: scaledWeight(source, factors, offsets) } : {}),
      },
    };
  },
};

function firstConvolution(graph: Graph, input: string): Node {
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(input));
  const [first] = readers;
  const isConvolution = first?.op === 'Conv' || first?.op === 'FusedConv';
  if (readers.length !== 1 || !first || !isConvolution || inputOf(first, 0) !== input) {
    throw new Error(`'${input}' is not read by one convolution`);
  }
  return first;
}

export function adaptInput(options: AdaptInputOptions): Pass {
  return {
    name: 'adaptInput',
    run(graph) {
      const { form } = options;
      const [input] = graph.inputs;
      if (form === 'float32' || !input) return graph;
      const conv = firstConvolution(graph, input.name);
      const weight = initializerOf(graph, conv.inputs[1]);
      const adapted = adaptations[form](input, weight, options);
      const last = adapted.nodes.at(-1)?.name ?? input.name;
      const initializers = new Map(graph.initializers).set(weight.name, adapted.weight);
      for (const each of adapted.initializers) initializers.set(each.name, each);
      const rewired = { ...conv, inputs: [last, ...conv.inputs.slice(1)] };
      const nodes = graph.nodes.map((node) => (node === conv ? rewired : node));
      return {
        ...graph,
        inputs: [{ ...input, type: adapted.input }],
        nodes: [...adapted.nodes, ...nodes],
        initializers,
      };
    },
  };
}
