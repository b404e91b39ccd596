import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { expandFusedConv } from '../../../codegen/passes/expand-fused-conv.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { squeezeParts } from '../../../codegen/passes/squeeze-parts.ts';
import type { MultiPath } from '../../../src/language/spec.ts';
import { withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

const resnest = (radix: number) =>
  ({
    kind: 'resnest',
    radix,
    halving: 'after',
    padding: 'counted',
    divisor: 8,
    bias: true,
  }) as const;

function fused(multiPath: MultiPath, groups = 1): Graph {
  const spec = specOf({ block: 'bottleneck', multiPath, groups, widths: [16, 24] });
  return runPasses(withNumbers(lowerSpec(spec, { batch: 2 })), [foldBatchNorm, fuseResidual]).graph;
}

const run = (graph: Graph) => runGraph(runPasses(graph, [expandFusedConv]).graph);

describe('squeezeParts', () => {
  it.each([2, 4])('means the parts of ResNeSt unsummed, radix %i', async (radix) => {
    const before = fused(resnest(radix));
    const after = runPasses(before, [squeezeParts]).graph;
    expect(before.nodes.length - after.nodes.length).toBe(2 * (radix - 1));
    const reduce = after.initializers.get('stage1/block0/conv2/attention/reduce.weight');
    expect(reduce?.type.shape).toEqual([32, 16 * radix, 1, 1]);
    expect(maxError(await run(before), await run(after))).toBeLessThan(1e-5);
  });

  it('writes the weights of a squeeze in groups out', async () => {
    const before = fused(resnest(4), 2);
    const after = runPasses(before, [squeezeParts]).graph;
    const name = 'stage1/block0/conv2/attention/reduce';
    expect(after.initializers.get(`${name}.weight`)?.type.shape).toEqual([32, 32 * 4, 1, 1]);
    expect(after.nodes.find((node) => node.name === name)?.attributes.group).toBe(1);
    expect(maxError(await run(before), await run(after))).toBeLessThan(1e-5);
  });

  it.each<[string, MultiPath, number]>([
    ['one part', resnest(1), 1],
    ['a squeeze in many groups', resnest(2), 8],
    ['plain blocks', { kind: 'none' }, 1],
  ])('leaves %s alone', (_what, multiPath, groups) => {
    const graph = fused(multiPath, groups);
    expect(squeezeParts.run(graph, {})).toBe(graph);
  });
});
