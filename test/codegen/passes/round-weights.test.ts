import { expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import type { CastReport } from '../../../codegen/passes/pass.ts';
import { roundWeights } from '../../../codegen/passes/round-weights.ts';
import { fromFloat16Bits, toFloat16Bits } from '../../../codegen/tensors/float16.ts';
import { withNumbers } from '../../helpers/graphs.ts';
import { specOf } from '../../helpers/specs.ts';
import { floatsOf } from '../../helpers/tensors.ts';

const network = foldBatchNorm.run(withNumbers(lowerSpec(specOf())), {});
const numbersOf = (graph: typeof network, name: string) =>
  floatsOf(graph.initializers.get(name)?.source);

it('rounds every weight to float16 and keeps it in float32, but for blocks that are kept', async () => {
  const reports: CastReport[] = [];
  const keepFp32 = matchLayers(['stage2/block0/conv1']);
  const rounded = roundWeights({ keepFp32 }).run(network, {
    reportCast: (report) => void reports.push(report),
  });
  expect(rounded.nodes).toBe(network.nodes);
  for (const [name, { type }] of network.initializers) {
    const before = await numbersOf(network, name);
    const expected = name.startsWith('stage2/block0')
      ? before
      : before.map((value) => fromFloat16Bits(toFloat16Bits(value)));
    expect(await numbersOf(rounded, name), name).toEqual(expected);
    expect(rounded.initializers.get(name)?.type, name).toEqual(type);
  }
  const named = [...network.initializers.keys()].filter(
    (name) => !name.startsWith('stage2/block0'),
  );
  expect(reports.map(({ tensor }) => tensor).sort()).toEqual(named.sort());
});

it('keeps a graph without numbers', () => {
  const form = foldBatchNorm.run(lowerSpec(specOf()), {});
  const rounded = roundWeights().run(form, {});
  expect([...rounded.initializers]).toEqual([...form.initializers]);
});
