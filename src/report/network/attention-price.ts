import type { Graph, Node } from '../../../codegen/ir/graph.ts';
import { blockOf } from '../../../codegen/passes/layer-filter.ts';

/**
 * The least that weighing channels costs an engine: of each block the mean, the convolutions of the weights, and the product or sum of what they weigh.
 * Slices, joins and the second path of SKNet are not counted: how many of them are kernels is the compiler's choice (docs/forms.md).
 */
export interface AttentionPrice {
  readonly blocks: number;
  /** In all blocks together. */
  readonly kernels: number;
}

/** The mean and the convolutions of the weights are kernels each, and so is what they weigh. */
function isOwnKernel({ name, op }: Node): boolean {
  if (/\/attention\//.test(name)) return op === 'Conv' || op === 'AveragePool';
  return op === 'Mul' ? /\/attention$/.test(name) : op === 'Add' && /\/sum$/.test(name);
}

/** The price of attention in a graph as lowered; undefined where there is none. */
export function attentionPrice({ nodes }: Graph): AttentionPrice | undefined {
  const own = nodes.filter(isOwnKernel);
  const blocks = new Set(own.map(({ name }) => blockOf(name)));
  return own.length === 0 ? undefined : { blocks: blocks.size, kernels: own.length };
}
