/*
 * An average pool over the whole of a small map that a sum or a product writes becomes a GlobalAveragePool, which builders take for a mean: the kernel that a compiler
 * generates for what stands before it then holds the mean too. Behind a convolution a pool stays a kernel of its own, and a mean can be two.
 */
import { editGraph } from '../ir/edit.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { inferTypes } from '../ir/infer-types.ts';
import { inputOf, producersOf } from '../ir/walk.ts';
import type { Pass } from './pass.ts';
import { poolsWholeMap } from './whole-map.ts';

/** Operators whose kernels are generated. A Relu among them stands behind no convolution: FusedConv holds those. */
const generated: ReadonlySet<Node['op']> = new Set(['Add', 'Mul', 'Relu', 'Sub']);

function meanOf(graph: Graph, mostPositions: number): (pool: Node) => boolean {
  const producers = producersOf(graph);
  const types = inferTypes(graph);
  return (pool) => {
    const before = producers.get(inputOf(pool, 0));
    if (!before || !generated.has(before.op)) return false;
    const sides = types.get(inputOf(pool, 0))?.shape.slice(2).map(Number) ?? [];
    const positions = sides.reduce((product, side) => product * side, 1);
    return positions <= mostPositions && poolsWholeMap(pool, sides);
  };
}

/** The pass for maps of at most so many positions, height × width. */
export const meanSums = (mostPositions: number): Pass => ({
  name: 'meanSums',
  run(graph) {
    const isMean = meanOf(graph, mostPositions);
    const pools = graph.nodes.filter((node) => node.op === 'AveragePool' && isMean(node));
    return editGraph(graph, {
      replaceNodes: new Map(
        pools.map((pool) => [pool.name, [{ ...pool, op: 'GlobalAveragePool', attributes: {} }]]),
      ),
    });
  },
});
