/*
 * Float32 graph with fused convolutions → the same with QuantizeLinear and DequantizeLinear around what is to be computed in int8 or float8e4m3fn
 * (explicit quantisation).
 *
 *   x ── FusedConv(W, b) ── y     →     x ── Q ── DQ ── FusedConv(DQ(W8), b) ── y
 *
 * A tensor has one quantiser, whoever reads it. Weights are int8 with a scale an output channel, or float8e4m3fn with one scale. Which tensors are quantised is the form's
 * (int8-form.ts); how far their ranges reach is the calibration's.
 */
import { editGraph } from '../ir/edit.ts';
import type { Attributes, Graph, Initializer, Node } from '../ir/graph.ts';
import { type DataType, elementCount, type Shape } from '../ir/types.ts';
import { initializerOf, inputOf, outputOf } from '../ir/walk.ts';
import { constantSource, fixedInitializer } from '../quantization/constant.ts';
import type { Int8Form, QuantizedType } from '../quantization/int8-form.ts';
import { quantizeFloat8 } from '../quantization/quantize-float8.ts';
import {
  type QuantizedParameters,
  quantizeParameters,
} from '../quantization/quantize-parameters.ts';
import { type Quantizer, quantizerFor, scaleOf } from '../quantization/quantizer.ts';
import { nonNegativeValues, rangeOrigins, type TensorRanges } from '../quantization/ranges.ts';
import {
  type FloatRest,
  type ScaleRounding,
  scaleRoundings,
} from '../quantization/scale-rounding.ts';
import type { TensorSource } from '../tensors/tensor-source.ts';
import { expandFused } from './expand-fused-conv.ts';
import { type LayerFilter, matchLayers, noLayer } from './layer-filter.ts';
import type { Pass } from './pass.ts';
import { computesInt8, findQuantizedValues, narrowLayers } from './quantizer-places.ts';

export interface QuantizeOptions {
  readonly form: Int8Form;
  /** Without ranges the graph has its form, but its scales have no numbers. */
  readonly ranges?: TensorRanges | undefined;
  /** Layers that are not quantised. */
  readonly keep?: LayerFilter | undefined;
  /**
   * `int8` (default): stored so. `float32`: stored whole and quantised in the graph, for engines that take no int8 constants (TensorRT 8).
   */
  readonly weights?: 'int8' | 'float32' | undefined;
  /** The type that scales are to be stored in: their numbers are its, the graph itself is float32. Default: `float32`. */
  readonly scales?: FloatRest | undefined;
}

function separateAdds(graph: Graph): Graph {
  const fused = graph.nodes.filter(({ op, inputs }) => op === 'FusedConv' && inputs.length > 3);
  return editGraph(graph, {
    replaceNodes: new Map(fused.map((node) => [node.name, expandFused(node)])),
  });
}

function node(
  op: Node['op'],
  name: string,
  inputs: readonly string[],
  attributes: Attributes = {},
): Node {
  return { name, op, inputs, outputs: [name], attributes };
}

const byChannel = { axis: 0 } as const;

/** What the weight's quantiser is made of. */
interface WeightQuantizer {
  /** A scale each output channel, or one (no axis). */
  readonly attributes: Attributes;
  readonly scaleShape: (channels: Shape[number]) => Shape;
}

const weightQuantizers: Readonly<Record<QuantizedType, WeightQuantizer>> = {
  int8: { attributes: byChannel, scaleShape: (channels) => [channels] },
  float8e4m3fn: { attributes: {}, scaleShape: () => [] },
};

/** Zeros of a type of one byte. */
function zeros(dataType: DataType, shape: Shape): TensorSource {
  return constantSource(dataType, shape.map(Number), new Uint8Array(elementCount(shape)));
}

/** A layer's numbers as they are stored; those that its form does not store may be missing. */
type LayerNumbers = Pick<QuantizedParameters, 'weight' | 'weightScale'> &
  Partial<QuantizedParameters>;

/** Makes the nodes and constants that a quantised graph needs. */
class Quantization {
  /** All constants of the new graph. */
  readonly initializers: Map<string, Initializer>;
  readonly #graph: Graph;
  readonly #options: QuantizeOptions;
  readonly #roundScale: ScaleRounding;
  readonly #quantized: ReadonlySet<string>;
  readonly #origins: ReadonlyMap<string, string>;
  readonly #nonNegative: ReadonlySet<string>;

  constructor(graph: Graph, options: QuantizeOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#roundScale = scaleRoundings[options.scales ?? 'float32'];
    this.#quantized = findQuantizedValues(graph, options.form, options.keep ?? noLayer);
    this.#origins = rangeOrigins(graph);
    this.#nonNegative = nonNegativeValues(graph);
    this.initializers = new Map(graph.initializers);
  }

  /** What stands behind a value: nothing, or its quantiser. */
  behind(value: string): readonly Node[] {
    if (!this.#quantized.has(value)) return [];
    const origin = this.#originOf(value);
    const { dataType, zeroPoint } = this.#quantizerOf(origin);
    const scale = this.#scaleOf(origin);
    const parameters = this.#parameters(origin, [], {
      dataType,
      scale:
        scale === undefined ? undefined : constantSource('float32', [], Float32Array.of(scale)),
      zeroPoint: constantSource(dataType, [], Uint8Array.of(zeroPoint)),
    });
    const quantized = `${value}/quantize`;
    return [
      node('QuantizeLinear', quantized, [value, ...parameters]),
      node('DequantizeLinear', `${value}/dequantize`, [quantized, ...parameters]),
    ];
  }

  /** A node that reads what is quantised as it came back, and its own parameters too where it computes in int8. */
  rewire(old: Node): readonly Node[] {
    const { form, keep = noLayer } = this.#options;
    const inputs = old.inputs.map((input) =>
      this.#quantized.has(input) ? `${input}/dequantize` : input,
    );
    const [x = '', weight = '', bias, ...others] = inputs;
    if (!this.#graph.initializers.has(weight) || !computesInt8(this.#graph, old, { form, keep })) {
      return [{ ...old, inputs }];
    }
    const quantized = this.#quantizeParameters(old);
    const weightNodes = this.#weightNodes(weight, quantized);
    const biasNodes =
      bias !== undefined && form.bias === 'int32' ? [this.#biasNode(bias, quantized)] : [];
    const read = (nodes: readonly Node[], otherwise: string | undefined): readonly string[] => {
      const last = nodes.at(-1);
      return last ? [outputOf(last)] : otherwise === undefined ? [] : [otherwise];
    };
    const parameters = [...read(weightNodes, weight), ...read(biasNodes, bias)];
    return [...weightNodes, ...biasNodes, { ...old, inputs: [x, ...parameters, ...others] }];
  }

  #originOf(value: string): string {
    return this.#origins.get(value) ?? value;
  }

  #quantizerOf(origin: string): Quantizer {
    const { unsigned, numbers = 'int8' } = this.#options.form;
    return quantizerFor({ numbers, unsigned, nonNegative: this.#nonNegative.has(origin) });
  }

  #scaleOf(origin: string): number | undefined {
    const { ranges } = this.#options;
    if (!ranges) return undefined;
    const range = ranges.get(origin);
    if (range === undefined) throw new Error(`'${origin}' was not calibrated`);
    return scaleOf(range, this.#quantizerOf(origin), this.#roundScale);
  }

  #quantizeParameters({ inputs, ...rest }: Node): LayerNumbers | undefined {
    const weight = initializerOf(this.#graph, inputs[1]).source;
    if (this.#options.form.numbers === 'float8e4m3fn') {
      return weight && this.#options.ranges && quantizeFloat8(weight, this.#roundScale);
    }
    const bias = inputs[2] === undefined ? undefined : initializerOf(this.#graph, inputs[2]).source;
    const inputScale = this.#scaleOf(this.#originOf(inputOf({ inputs, ...rest }, 0)));
    return weight && inputScale !== undefined
      ? quantizeParameters({ weight, bias, inputScale, roundScale: this.#roundScale })
      : undefined;
  }

  #weightNodes(name: string, quantized: LayerNumbers | undefined): readonly Node[] {
    const { numbers = 'int8' } = this.#options.form;
    const stored = this.#options.weights === 'float32' ? 'float32' : numbers;
    const [channels = 1] = this.#replace(
      name,
      stored,
      stored === 'float32' ? quantized?.floatWeight : quantized?.weight,
    );
    const { attributes, scaleShape } = weightQuantizers[numbers];
    const shape = scaleShape(channels);
    const parameters = this.#parameters(name, shape, {
      dataType: numbers,
      scale: quantized?.weightScale,
      zeroPoint: zeros(numbers, shape),
    });
    const dequantize = `${name}/dequantize`;
    if (stored !== 'float32') {
      return [node('DequantizeLinear', dequantize, [name, ...parameters], attributes)];
    }
    const quantize = `${name}/quantize`;
    return [
      node('QuantizeLinear', quantize, [name, ...parameters], attributes),
      node('DequantizeLinear', dequantize, [quantize, ...parameters], attributes),
    ];
  }

  #biasNode(name: string, quantized: LayerNumbers | undefined): Node {
    const [channels = 1] = this.#replace(name, 'int32', quantized?.bias);
    const parameters = this.#parameters(name, [channels], {
      dataType: 'int32',
      scale: quantized?.biasScale,
      zeroPoint: constantSource('int32', [Number(channels)], new Int32Array(Number(channels))),
    });
    return node('DequantizeLinear', `${name}/dequantize`, [name, ...parameters], byChannel);
  }

  /** Gives a parameter other numbers; returns its shape. */
  #replace(name: string, dataType: DataType, source: TensorSource | undefined): Shape {
    const { source: _before, type, ...rest } = initializerOf(this.#graph, name);
    this.initializers.set(name, {
      ...rest,
      type: { ...type, dataType },
      ...(source ? { source } : {}),
    });
    return type.shape;
  }

  #parameters(
    owner: string,
    shape: Shape,
    given: { dataType: DataType; scale: TensorSource | undefined; zeroPoint: TensorSource },
  ): readonly [string, string] {
    const sizes = shape.map(Number);
    const scale = fixedInitializer(`${owner}/scale`, 'float32', sizes, given.scale);
    const zeroPoint = fixedInitializer(
      `${owner}/zero-point`,
      given.dataType,
      sizes,
      given.zeroPoint,
    );
    for (const initializer of [scale, zeroPoint])
      this.initializers.set(initializer.name, initializer);
    return [scale.name, zeroPoint.name];
  }
}

const passNames = { int8: 'quantizeInt8', float8e4m3fn: 'quantizeFloat8' } as const;

export function quantize({ keep = noLayer, ...options }: QuantizeOptions): Pass {
  const { form } = options;
  return {
    name: passNames[form.numbers ?? 'int8'],
    run(fused) {
      const graph = form.addOperands === 'both' ? separateAdds(fused) : fused;
      const narrow = narrowLayers(graph, form);
      const inFloat = matchLayers(form.inFloat);
      const kept = (name: string): boolean => keep(name) || narrow.has(name) || inFloat(name);
      const quantization = new Quantization(graph, { ...options, keep: kept });
      const inputs = graph.inputs.flatMap(({ name }) => quantization.behind(name));
      const nodes = graph.nodes.flatMap((each) => [
        ...quantization.rewire(each),
        ...quantization.behind(outputOf(each)),
      ]);
      return { ...graph, nodes: [...inputs, ...nodes], initializers: quantization.initializers };
    },
  };
}
