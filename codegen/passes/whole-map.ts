import type { Node } from '../ir/graph.ts';
import { intsOf } from '../ir/ops.ts';

/** Whether a pool with these sides of its input reads the whole map at once. */
export function poolsWholeMap(pool: Node, sides: readonly unknown[]): boolean {
  return String(intsOf(pool, 'kernel_shape', [])) === String(sides);
}
