import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { adaptOutput, outputFormOf } from '../../../codegen/passes/adapt-output.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import { specOf } from '../../helpers/specs.ts';

const small = { stages: [1], widths: [8] } as const;
const logits = lowerSpec(specOf(small));
const probabilities = lowerSpec(specOf({ ...small, head: 'softmax' }));

describe('adaptOutput', () => {
  it('makes of one head the other, node by node', () => {
    const appended = adaptOutput('probabilities').run(logits, {});
    expect(printGraph(appended)).toBe(printGraph(probabilities));
    expect(printGraph(adaptOutput('logits').run(appended, {}))).toBe(printGraph(logits));
  });

  it('leaves a graph alone that has the form', () => {
    expect(adaptOutput('logits').run(logits, {})).toBe(logits);
    expect(adaptOutput('probabilities').run(probabilities, {})).toBe(probabilities);
  });

  it('tells the form of a graph by the name of its output', () => {
    expect(outputFormOf(logits)).toBe('logits');
    expect(outputFormOf(probabilities)).toBe('probabilities');
  });

  it.each([
    'gemm',
    'conv1x1',
    'conv-before-pool',
    'mul-sum',
  ] as const)('computes Softmax in float32 behind a float16 head of %s', (layer) => {
    const head = { layer, pool: 'AveragePool' } as const;
    const passes = passesFor({ precision: 'fp16', head, output: 'probabilities' });
    const lines = printGraph(runPasses(logits, passes).graph).split('\n').filter(Boolean);
    expect(lines.at(-2)).toMatch(/^ {2}probabilities: float32\[N,10\] = (@head\/softmax )?Softmax/);
    expect(lines.join('\n')).not.toMatch(/ logits:/);
  });
});
