import type { Graph, Node } from '../ir/graph.ts';
import { outputOf } from '../ir/walk.ts';

/** A tensor that a network computes, with the node that makes it. */
export interface ComputedTensor {
  /** Its name in the float graph with fused convolutions, and in the one that is written. */
  readonly value: string;
  readonly node: Node;
}

/**
 * The tensors of a graph with fused convolutions whose numbers are new: not those that a pool or Flatten only passes on. With the sum of a
 * block comes what its last convolution adds to the shortcut.
 */
export function computedTensors(fused: Graph): readonly ComputedTensor[] {
  return fused.nodes.flatMap((node) => {
    if (node.op === 'MaxPool' || node.op === 'Flatten' || node.op === 'Softmax') return [];
    const summand = node.op === 'FusedConv' && node.inputs.length > 3;
    const values = summand ? [node.name, outputOf(node)] : [outputOf(node)];
    return values.map((value) => ({ value, node }));
  });
}
