import type { Graph } from '../ir/graph.ts';
import { inferTypes } from '../ir/infer-types.ts';
import { isGraphOutput } from '../ir/walk.ts';
import type { Pass } from './pass.ts';

/**
 * A debug flavour of the graph: the named values leave it beside its outputs. For looking inside only: engines do not fuse over a value that
 * leaves.
 */
export function tapValues(values: readonly string[]): Pass {
  return {
    name: 'tapValues',
    run(graph) {
      const types = inferTypes(graph);
      const taps = values
        .filter((name) => !isGraphOutput(graph, name))
        .map((name) => {
          const type = types.get(name);
          if (!type) throw new Error(`'${name}' is not in the graph`);
          return { name, type };
        });
      return taps.length === 0 ? graph : { ...graph, outputs: [...graph.outputs, ...taps] };
    },
  };
}

/** The graph for any batch, where it was made for one of a fixed size. */
export function freeBatch(graph: Graph): Graph {
  const [input] = graph.inputs;
  if (!input || input.type.shape[0] === 'N') return graph;
  const inputs = [
    { ...input, type: { ...input.type, shape: ['N' as const, ...input.type.shape.slice(1)] } },
  ];
  const types = inferTypes({ ...graph, inputs });
  const outputs = graph.outputs.map((output) => ({
    ...output,
    type: types.get(output.name) ?? output.type,
  }));
  return { ...graph, inputs, outputs };
}
