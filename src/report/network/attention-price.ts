import type { Graph, Node } from '../../../codegen/ir/graph.ts';
import { blockOf } from '../../../codegen/passes/layer-filter.ts';

/** What weighing channels costs an engine at its best. */
export interface AttentionPrice {
  readonly blocks: number;
  /** In all blocks together, beyond those of the network without it; the compiler may need more (docs/forms.md). */
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
