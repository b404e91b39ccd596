/* Int8 for builders that take types from the graph: between the network's edges nothing is float32. */
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { inferTypes } from '../../../codegen/ir/infer-types.ts';
import { inputOf, outputOf } from '../../../codegen/ir/walk.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { type PipelineOptions, passesFor } from '../../../codegen/passes/pipeline.ts';
import { specAt } from '../../helpers/spec-files.ts';
import { type FormTarget, formFor } from '../../helpers/targets.ts';

async function written(
  path: string,
  target: FormTarget,
  options: Partial<PipelineOptions> = {},
): Promise<Graph> {
  const passes = passesFor({ ...formFor(target, 'int8'), ...options });
  return runPasses(lowerSpec(await specAt(path)), passes).graph;
}

/** Names of values and constants of float32 that are neither the network's input nor its output. */
function float32Inside(graph: Graph): readonly string[] {
  const edges = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  return [...inferTypes(graph)]
    .filter(([name, { dataType }]) => dataType === 'float32' && !edges.has(name))
    .map(([name]) => name);
}

const casts = ({ nodes }: Graph) =>
  nodes.filter(({ op }) => op === 'Cast').map((node) => [inputOf(node, 0), outputOf(node)]);

const rest = { int8Rest: 'float16' } as const;
const pixels = { form: 'uint8-nhwc', mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] } as const;

const specs = ['specs/resnet18.rn', 'specs/resnet50_vd.rn', 'examples/cifar/resnet20.rn'];
const options: Readonly<Record<string, Partial<PipelineOptions>>> = {
  'as it is': rest,
  'with layers that are not quantised': { ...rest, int8Keep: matchLayers(['stem', 'fc']) },
  'with weights stored whole': { ...rest, int8Weights: 'float32' },
  'that reads pixels': { ...rest, input: pixels },
  'that reads pixels in float32': { ...rest, input: { ...pixels, form: 'float32-pixels' } },
};

describe.each(specs)('int8 with a rest in float16, %s', (path) => {
  it.each(
    Object.entries(options),
  )('%s, has no float32 between input and logits, and casts at its edges', async (_, given) => {
    for (const target of ['tensorrt', 'tensorrt-rtx'] as const) {
      const graph = await written(path, target, given);
      expect(float32Inside(graph)).toEqual([]);
      expect(graph.opset).toBe(19);
      const edges = casts(graph);
      expect(edges).toHaveLength(2);
      expect(edges[0]?.[0]).toBe(graph.inputs[0]?.name);
      expect(edges[1]?.[1]).toBe(graph.outputs[0]?.name);
    }
  });

  it('is as it was where the rest is float32', async () => {
    for (const target of ['tensorrt', 'tensorrt-rtx'] as const) {
      const graph = await written(path, target, { int8Rest: 'float32' });
      expect(float32Inside(graph).length).toBeGreaterThan(100);
      expect(graph.opset).toBe(13);
      expect(casts(graph)).toEqual([]);
    }
  });

  it('casts behind Softmax’s input, which is float32', async () => {
    const spec = { ...(await specAt(path)), head: 'softmax' as const };
    const passes = passesFor({ ...formFor('tensorrt-rtx', 'int8'), ...rest });
    const { graph } = runPasses(lowerSpec(spec), passes);
    const softmax = graph.nodes.find(({ op }) => op === 'Softmax');
    expect(float32Inside(graph)).toEqual([softmax && inputOf(softmax, 0)]);
  });
});
