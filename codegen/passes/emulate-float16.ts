/*
 * Typed float16 graph → float32 graph that rounds where a float16 engine rounds: weights are float16 numbers, and every float16 value x is made in float32
 * as `x/exact`, cast to float16 as `x` and read as `x/rounded`. For processors that compute float16 graphs in float32 and would show the rounding
 * of weights only. A fused convolution rounds once, at its end.
 */
import { renameOutput } from '../ir/edit.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { inferTypes } from '../ir/infer-types.ts';
import { isGraphOutput, outputOf } from '../ir/walk.ts';
import { asFloat32 } from '../tensors/as-float32.ts';
import type { Pass } from './pass.ts';

/** `x/exact` in float32 becomes `x` in float16. */
function round(value: string): Node {
  const name = `${value}/half`;
  return {
    name,
    op: 'Cast',
    inputs: [`${value}/exact`],
    outputs: [value],
    attributes: { to: 'float16' },
  };
}

/** `x` in float16 becomes `x/rounded` in float32. */
function widen(value: string): Node {
  const name = `${value}/rounded`;
  return { name, op: 'Cast', inputs: [value], outputs: [name], attributes: { to: 'float32' } };
}

function widenInitializers(graph: Graph): Graph['initializers'] {
  return new Map(
    [...graph.initializers].map(([name, { source, ...initializer }]) => {
      if (initializer.type.dataType !== 'float16')
        return [name, { ...initializer, ...(source ? { source } : {}) }];
      const type = { ...initializer.type, dataType: 'float32' as const };
      return [name, { ...initializer, type, ...(source ? { source: asFloat32(source) } : {}) }];
    }),
  );
}

export const emulateFloat16: Pass = {
  name: 'emulateFloat16',
  run(graph) {
    const types = inferTypes(graph);
    const isHalf = (value: string): boolean =>
      types.get(value)?.dataType === 'float16' && !graph.initializers.has(value);
    const wide = (value: string): string => (isHalf(value) ? `${value}/rounded` : value);
    const inputs = graph.inputs.flatMap(({ name }) => (isHalf(name) ? [widen(name)] : []));
    const nodes = graph.nodes.flatMap((node) => {
      const output = outputOf(node);
      const reads = node.op === 'Cast' ? node : { ...node, inputs: node.inputs.map(wide) };
      if (!isHalf(output)) return [reads];
      if (node.op === 'Cast') return [reads, widen(output)];
      return [renameOutput(reads, `${output}/exact`), round(output), widen(output)];
    });
    const read = new Set(nodes.flatMap((node) => node.inputs));
    return {
      ...graph,
      initializers: widenInitializers(graph),
      // A value that only a Cast reads is not widened for nobody.
      nodes: [...inputs, ...nodes].filter(
        (node) => read.has(outputOf(node)) || isGraphOutput(graph, outputOf(node)),
      ),
    };
  },
};
