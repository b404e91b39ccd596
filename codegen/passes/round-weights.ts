/* Every weight becomes the float16 number nearest to it, kept in float32: what a float16 graph computes where activations are not rounded. */
import { asFloat32 } from '../tensors/as-float32.ts';
import { castInitializer } from './cast-float16.ts';
import { type LayerFilter, matchBlocks, noLayer } from './layer-filter.ts';
import type { Pass } from './pass.ts';

export function roundWeights({ keepFp32 = noLayer }: { keepFp32?: LayerFilter } = {}): Pass {
  return {
    name: 'roundWeights',
    run(graph, context) {
      const kept = matchBlocks(
        graph.nodes.map(({ name }) => name),
        keepFp32,
      );
      const rounded = new Set(
        graph.nodes.filter(({ name }) => !kept(name)).flatMap(({ inputs }) => inputs),
      );
      const initializers = new Map(
        [...graph.initializers].map(([name, initializer]) => {
          if (!rounded.has(name)) return [name, initializer];
          const { source } = castInitializer(initializer, context);
          return [name, { ...initializer, ...(source ? { source: asFloat32(source) } : {}) }];
        }),
      );
      return { ...graph, initializers };
    },
  };
}
