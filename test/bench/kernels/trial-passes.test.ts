import { describe, expect, it } from 'vitest';
import {
  addInFloat32,
  mergeShortcutPool,
  outputFloat16,
  padInput,
  poolBehindShortcut,
  swapAddOperands,
} from '../../../bench/kernels/trial-passes.ts';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { castFloat16 } from '../../../codegen/passes/cast-float16.ts';
import { expandFusedConv } from '../../../codegen/passes/expand-fused-conv.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { type Pass, runPasses } from '../../../codegen/passes/pass.ts';
import { numbers, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

const fused = runPasses(
  withNumbers(lowerSpec(specOf({ shortcut: 'avgpool', stages: [1, 2] })), 5),
  [foldBatchNorm, fuseResidual],
).graph;
const expected = await runGraph(expandFusedConv.run(fused, {}));
const size = maxError(expected, new Float32Array(expected.length));

const changed = (...passes: readonly Pass[]) => {
  const { graph } = runPasses(fused, passes);
  expect(graph).not.toBe(fused);
  return graph;
};

describe('a form that is tried', () => {
  it.each([
    [mergeShortcutPool, 'before', 1e-5],
    [poolBehindShortcut, 'before', 1e-5],
    [swapAddOperands, 'after', 1e-5],
    [addInFloat32, 'half', 5e-3],
  ] as const)('computes the same: $name', async (pass, place, bound) => {
    const graph =
      place === 'before'
        ? changed(pass, expandFusedConv)
        : changed(...(place === 'half' ? [castFloat16()] : []), expandFusedConv, pass);
    expect(maxError(await runGraph(graph), expected) / size).toBeLessThan(bound);
  });

  it('reads more channels and passes over them: padInput', async () => {
    const side = 32;
    const given = numbers(2 * 3 * side * side, 7);
    const padded = new Float32Array(2 * 4 * side * side).fill(9);
    for (const picture of [0, 1]) {
      const own = given.subarray(picture * 3 * side * side, (picture + 1) * 3 * side * side);
      padded.set(own, picture * 4 * side * side);
    }
    const graph = changed(padInput(4, { float16: false }), expandFusedConv);
    expect(maxError(await runGraph(graph, padded), expected) / size).toBeLessThan(1e-5);
  });

  it('reads float16 and channels last: padInput', () => {
    const graph = changed(padInput(8, { interleaved: true }), castFloat16(), expandFusedConv);
    verifyGraph(graph, 'test');
    expect(graph.inputs[0]?.type).toEqual({ dataType: 'float16', shape: ['N', 32, 32, 8] });
    expect(graph.nodes.slice(0, 2).map(({ op }) => op)).toEqual(['Transpose', 'Conv']);
  });

  it('leaves in float16: outputFloat16', () => {
    const graph = changed(castFloat16(), expandFusedConv, outputFloat16);
    verifyGraph(graph, 'test');
    expect(graph.outputs[0]?.type.dataType).toBe('float16');
    expect(graph.nodes.filter(({ op }) => op === 'Cast')).toHaveLength(1);
  });
});
