/* What each initializer of a model is there for, read off the nodes that use it. */
import { halfValue } from '../helpers/half.ts';
import type { Initializer, OnnxFile, OnnxNode } from './onnx-file.ts';

/** How integers stand for numbers: scale · (q − zero point), one of each for all, or one for each index of the axis. */
export interface Steps {
  readonly scale: Initializer;
  readonly zeroPoint: Initializer;
  readonly axis: number;
}

/** A layer that computes in int8, as far as its parameters depend on each other. */
export interface Layer {
  readonly weight: string;
  readonly bias: string | undefined;
  /** Scale of what the weights are multiplied with. */
  readonly inputScale: number;
}

export interface Roles {
  /** Stored as integers, by name. */
  readonly stored: ReadonlyMap<string, Steps>;
  /** Stored as floats that the graph itself quantises. */
  readonly quantizedInGraph: ReadonlyMap<string, Steps>;
  readonly scales: ReadonlySet<string>;
  readonly zeroPoints: ReadonlySet<string>;
  /** By the name of the weight. */
  readonly layers: ReadonlyMap<string, Layer>;
}

const isQuantizer = ({ op }: OnnxNode): boolean =>
  op === 'QuantizeLinear' || op === 'DequantizeLinear';

/** The initializer with numbers in place of bits. */
export function withNumbers(initializer: Initializer): Initializer {
  const { type, values } = initializer;
  return type === 'FLOAT16'
    ? { ...initializer, values: Float32Array.from(values, halfValue) }
    : initializer;
}

function stepsOf({ initializers }: OnnxFile, node: OnnxNode): Steps {
  const [, scale, zeroPoint] = node.inputs.map((name) => initializers.get(name));
  if (!scale || !zeroPoint) throw new Error(`'${node.name}' has no constant scale and zero point`);
  return { scale: withNumbers(scale), zeroPoint, axis: node.axis ?? 1 };
}

function stepsBy(file: OnnxFile, op: OnnxNode['op']): Map<string, Steps> {
  const nodes = file.nodes.filter((node) => node.op === op);
  return new Map(
    nodes
      .filter(({ inputs: [first = ''] }) => file.initializers.has(first))
      .map((node) => [node.inputs[0] ?? '', stepsOf(file, node)]),
  );
}

/** The node that makes each value. */
function producersOf({ nodes }: OnnxFile): ReadonlyMap<string, OnnxNode> {
  return new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** The constant behind a value: itself, or what quantisers made of it. */
function constantBehind(value: string, producers: ReadonlyMap<string, OnnxNode>): string {
  const producer = producers.get(value);
  return producer && isQuantizer(producer)
    ? constantBehind(producer.inputs[0] ?? '', producers)
    : value;
}

/** Operators that give only numbers that they were given: the scale stays the same. */
const passing: ReadonlySet<string> = new Set(['MaxPool', 'Flatten']);

/** The quantiser that a value comes from. */
function quantizerBehind(
  value: string,
  producers: ReadonlyMap<string, OnnxNode>,
): OnnxNode | undefined {
  const producer = producers.get(value);
  if (!producer || isQuantizer(producer)) return producer;
  return passing.has(producer.op)
    ? quantizerBehind(producer.inputs[0] ?? '', producers)
    : undefined;
}

function layersOf(file: OnnxFile, weights: ReadonlySet<string>): Map<string, Layer> {
  const producers = producersOf(file);
  const layers = file.nodes.flatMap(({ inputs: [x = '', second, bias] }): Layer[] => {
    const weight = second === undefined ? '' : constantBehind(second, producers);
    const reads = quantizerBehind(x, producers);
    if (!weights.has(weight) || !reads) return [];
    return [
      {
        weight,
        bias: bias === undefined ? undefined : constantBehind(bias, producers),
        inputScale: Number(stepsOf(file, reads).scale.values[0]),
      },
    ];
  });
  return new Map(layers.map((layer) => [layer.weight, layer]));
}

export function rolesOf(file: OnnxFile): Roles {
  const stored = stepsBy(file, 'DequantizeLinear');
  const quantizedInGraph = stepsBy(file, 'QuantizeLinear');
  const quantizers = file.nodes.filter(isQuantizer);
  return {
    stored,
    quantizedInGraph,
    scales: new Set(quantizers.map(({ inputs }) => inputs[1] ?? '')),
    zeroPoints: new Set(quantizers.map(({ inputs }) => inputs[2] ?? '')),
    layers: layersOf(file, new Set([...stored.keys(), ...quantizedInGraph.keys()])),
  };
}
