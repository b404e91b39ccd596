import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { inferTypes } from '../../../codegen/ir/infer-types.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import { specOf } from '../../helpers/specs.ts';

const four = {
  stages: [1, 1, 1, 1],
  widths: [8, 16, 24, 32],
  input: { channels: 3, height: 64, width: 64 },
};
const shapesOf = (over: Parameters<typeof specOf>[0]) =>
  lowerSpec(specOf({ ...four, ...over })).outputs.map(({ name, type }) => [name, ...type.shape]);

describe('what leaves a network', () => {
  it('is what the head makes', () => {
    expect(shapesOf({ head: 'features' })).toEqual([['features', 'N', 32]]);
    expect(shapesOf({ head: 'features', pool: 'catavgmax' })).toEqual([['features', 'N', 64]]);
    expect(shapesOf({ head: { kind: 'embedding', size: 5 } })).toEqual([['embedding', 'N', 5]]);
    expect(shapesOf({ head: { kind: 'embedding' } })).toEqual([['embedding', 'N', 32]]);
  });

  it('is the last map of each stage, in the order asked for', () => {
    expect(shapesOf({ outputs: ['c5', 'c2', 'answer'] })).toEqual([
      ['c5', 'N', 32, 2, 2],
      ['c2', 'N', 8, 16, 16],
      ['logits', 'N', 10],
    ]);
  });

  it('decides what is computed: no head and no later stage without an output', () => {
    const { nodes, initializers } = lowerSpec(specOf({ ...four, outputs: ['c3'] }));
    expect(nodes.filter(({ name }) => /^(head|stage3|stage4)/.test(name))).toEqual([]);
    expect([...initializers.keys()].filter((name) => /^(head|stage3|stage4)/.test(name))).toEqual(
      [],
    );
    expect(nodes.at(-1)?.outputs).toEqual(['c3']);
  });
});

const forms = [
  { precision: 'fp32' },
  { precision: 'fp16' },
  { precision: 'fp16', emulation: true },
  { precision: 'int8' },
  { precision: 'int8', int8Rest: 'float16' },
  { precision: 'fp8' },
] as const;

describe.each(forms)('several outputs in %j', (form) => {
  it.each([
    { outputs: ['c2', 'c3', 'c4', 'c5'] },
    { outputs: ['c3', 'answer'] },
    { head: 'features' },
    { head: { kind: 'embedding', size: 6 } },
    { head: { kind: 'embedding' } },
  ] as const)('%j stay float32, under their names', (over) => {
    const trained = lowerSpec(specOf({ ...four, ...over }));
    const { graph } = runPasses(trained, passesFor(form));
    verifyGraph(graph, 'test');
    expect(graph.outputs).toEqual(trained.outputs);
    const types = inferTypes(graph);
    for (const { name } of graph.outputs) expect(types.get(name)?.dataType).toBe('float32');
  });
});

it('a float16 graph reads the float16 value of a map that leaves it, not the widened one', () => {
  const trained = lowerSpec(specOf({ ...four, outputs: ['c2', 'c5'] }));
  const { graph } = runPasses(trained, passesFor({ precision: 'fp16' }));
  const casts = graph.nodes.filter(({ op }) => op === 'Cast');
  // One behind the input, one before each output.
  expect(casts.map(({ outputs }) => outputs[0])).toEqual(['input/cast', 'c2', 'c5']);
});

it('an int8 graph quantises what follows a map that leaves it', () => {
  const trained = lowerSpec(specOf({ ...four, outputs: ['c2', 'c5'] }));
  const { graph } = runPasses(trained, passesFor({ precision: 'int8' }));
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes('c2'));
  expect(readers.map(({ op }) => op)).toEqual(['QuantizeLinear']);
});
