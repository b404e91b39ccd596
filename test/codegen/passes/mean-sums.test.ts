import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import { tensorrtRtxForm } from '../../../engines/tensorrt-rtx/graph-form.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

const se = { kind: 'se', reduce: 4, divisor: 8 } as const;
const group = { kind: 'group', count: 4 } as const;

function written(overrides: Partial<Spec>, side = 32): { before: Graph; after: Graph } {
  const input = { channels: 3, height: side, width: side };
  const before = withNumbers(lowerSpec(specOf({ input, ...overrides }), { batch: 2 }), 3);
  return { before, after: runPasses(before, passesFor(tensorrtRtxForm('fp32', 8.6))).graph };
}

const poolsOf = ({ nodes }: Graph) =>
  nodes.filter(({ op }) => op === 'GlobalAveragePool').map(({ name }) => name);

describe('meanSums', () => {
  it.each<[string, Partial<Spec>, readonly string[]]>([
    ['a block whose last kernel is generated, SE', { attention: se }, ['head/pool']],
    ['a block whose last kernel is generated, group norm', { norm: group }, ['head/pool']],
    ['a convolution', {}, []],
  ])('means behind %s', async (_what, overrides, pools) => {
    const { before, after } = written(overrides);
    verifyGraph(after, 'test');
    expect(poolsOf(after)).toEqual(pools);
    expect(maxError(await runGraph(before), await runGraph(after))).toBeLessThan(1e-5);
  });

  it('leaves the pool of a large map alone', () => {
    expect(poolsOf(written({ attention: se }, 512).after)).toEqual([]);
  });
});
