import type { Graph } from '../ir/graph.ts';
import type { OpType } from '../ir/ops.ts';
import { inputOf, outputOf } from '../ir/walk.ts';

/** Largest magnitude that int8 is to hold of each tensor, by the tensor's name in the float graph. */
export type TensorRanges = ReadonlyMap<string, number>;

/** Operators that give only numbers that they were given. */
const selecting: ReadonlySet<OpType> = new Set(['MaxPool', 'Flatten', 'Transpose', 'Cast']);
/** Operators whose results lie between the least and the greatest input, or 0. */
const averaging: ReadonlySet<OpType> = new Set(['AveragePool', 'GlobalAveragePool']);

/** Operators that cut and join what they were given. */
const arranging: ReadonlySet<OpType> = new Set(['Slice', 'Concat']);

/** Values that are never negative, by what makes them. */
export function nonNegativeValues(graph: Graph): ReadonlySet<string> {
  const found = new Set(
    graph.inputs.filter(({ type }) => type.dataType === 'uint8').map(({ name }) => name),
  );
  for (const node of graph.nodes) {
    const passes = selecting.has(node.op) || averaging.has(node.op);
    const rectified = node.op === 'Relu' || node.attributes.activation === 'Relu';
    const arranges = arranging.has(node.op) && node.inputs.every((input) => found.has(input));
    if (rectified || arranges || (passes && found.has(inputOf(node, 0)))) found.add(outputOf(node));
  }
  return found;
}

/** The tensor whose range each value has: its own, or that of what it was selected from. */
export function rangeOrigins(graph: Graph): ReadonlyMap<string, string> {
  const origins = new Map<string, string>();
  for (const node of graph.nodes) {
    if (!selecting.has(node.op)) continue;
    const input = inputOf(node, 0);
    origins.set(outputOf(node), origins.get(input) ?? input);
  }
  return origins;
}
