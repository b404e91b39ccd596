import type { Graph, Initializer, Node } from './ir/graph.ts';
import { inferTypes } from './ir/infer-types.ts';
import { oncePer } from './ir/once-per.ts';
import { intsOf, opDefinition } from './ir/ops.ts';
import { byteCount, elementCount, type TensorType } from './ir/types.ts';
import { inputOf, outputOf, producersOf } from './ir/walk.ts';

/** What a network costs for one picture, counted on the graph as trained (batch norm not folded). */
export interface Cost {
  /** Trainable parameters: running means and variances are not counted. */
  readonly params: number;
  /** Multiply-accumulates of the layers that have trained weights. */
  readonly macs: number;
  /** The published rule: 2 × MACs + 1 per batch-norm output + window size per pooling output (all inputs of the global pool). */
  readonly flops: number;
}

export interface NodeCost {
  readonly node: Node;
  readonly output: TensorType;
  readonly params: number;
  readonly macs: number;
  readonly flops: number;
  readonly outputBytes: number;
  readonly weightBytes: number;
}

/** Operations of the published rule beside the MACs, for one output element of a node. */
const extraFlops: Readonly<
  Partial<Record<Node['op'], (node: Node, inputs: number, outputs: number) => number>>
> = {
  BatchNormalization: (_node, _inputs, outputs) => outputs,
  MaxPool: (node, _inputs, outputs) => outputs * windowSize(node),
  AveragePool: (node, _inputs, outputs) => outputs * windowSize(node),
  GlobalAveragePool: (_node, inputs) => inputs,
};

function windowSize(node: Node): number {
  return intsOf(node, 'kernel_shape', []).reduce((product, side) => product * side, 1);
}

/** Inputs 3 and 4 of a batch norm are running statistics. */
function trainable(node: Node, graph: Graph): readonly Initializer[] {
  const inputs = node.op === 'BatchNormalization' ? node.inputs.slice(0, 3) : node.inputs;
  return inputs.flatMap((name) => graph.initializers.get(name) ?? []).filter(({ fixed }) => !fixed);
}

/** The constants that a node works with: its own, and those that come to it through quantisers. */
function constantsOf(
  node: Node,
  graph: Graph,
  producers: ReadonlyMap<string, Node>,
): readonly Initializer[] {
  return node.inputs.flatMap((name) => {
    const own = graph.initializers.get(name);
    if (own) return [own];
    const producer = producers.get(name);
    const isQuantizer = producer?.op === 'DequantizeLinear' || producer?.op === 'QuantizeLinear';
    return isQuantizer ? constantsOf(producer, graph, producers) : [];
  });
}

/** Cost of each node for one picture, in graph order. */
export function nodeCosts(graph: Graph): readonly NodeCost[] {
  const types = inferTypes(graph);
  const producers = producersOf(graph);
  const typeOf = (name: string): TensorType => {
    const type = types.get(name);
    if (!type) throw new Error(`'${name}' has no type`);
    return type;
  };
  return graph.nodes.map((node) => {
    const output = typeOf(outputOf(node));
    const weights = node.inputs.flatMap((name) => graph.initializers.get(name) ?? []);
    const counted = trainable(node, graph);
    const macs = constantsOf(node, graph, producers).every(({ fixed }) => fixed)
      ? 0
      : (opDefinition(node.op).macs?.(node.inputs.map(typeOf), output) ?? 0);
    const inputs = elementCount(typeOf(inputOf(node, 0)).shape);
    const extra = extraFlops[node.op]?.(node, inputs, elementCount(output.shape)) ?? 0;
    return {
      node,
      output,
      params: counted.reduce((sum, { type }) => sum + elementCount(type.shape), 0),
      macs,
      flops: 2 * macs + extra,
      outputBytes: byteCount(output),
      weightBytes: weights.reduce((sum, { type }) => sum + byteCount(type), 0),
    };
  });
}

export const countCost = oncePer((graph: Graph): Cost => {
  const total = { params: 0, macs: 0, flops: 0 };
  for (const cost of nodeCosts(graph)) {
    total.params += cost.params;
    total.macs += cost.macs;
    total.flops += cost.flops;
  }
  return total;
});
