import type { Node } from '../ir/graph.ts';
import { intsOf } from '../ir/ops.ts';
import type { RowRange } from '../tensors/pick-rows.ts';

/** The channels that a Slice takes; undefined where it takes from another axis, and of another operator. */
export function slicedChannels(node: Node | undefined): RowRange | undefined {
  if (node?.op !== 'Slice' || String(intsOf(node, 'axes', [])) !== '1') return undefined;
  const [first = 0] = intsOf(node, 'starts', []);
  const [end = 0] = intsOf(node, 'ends', []);
  return { first, count: end - first };
}
