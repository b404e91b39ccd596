import { describe, expect, it } from 'vitest';
import { checkTensors } from '../../src/compile/served-checks.ts';
import type { ServedFacts } from '../../src/server/metadata.ts';

const logits = { name: 'logits', datatype: 'FP32', shape: [-1, 10] };
const input = (datatype: string, ...shape: readonly number[]) => ({
  name: 'input',
  datatype,
  shape: [-1, ...shape],
});

function hintOf(expected: ReturnType<typeof input>, found: ReturnType<typeof input>) {
  const facts = { model: 'digits', inputs: [found], outputs: [logits] } as unknown as ServedFacts;
  const { diagnostics } = checkTensors(facts, { inputs: [expected], outputs: [logits] });
  return diagnostics[0]?.hint;
}

describe('a server with another input', () => {
  it.each([
    [input('FP32', 1, 32, 32), input('UINT8', 32, 32, 1), '--input-type uint8-nhwc:'],
    [input('FP32', 3, 32, 32), input('UINT8', 32, 32, 4), '--input-type rgba-uint8:'],
    [input('UINT8', 32, 32, 1), input('FP32', 1, 32, 32), 'float32 or float32-pixels'],
    [input('FP32', 1, 32, 32), input('FP16', 1, 32, 32), '--input-type float16:'],
  ])('is told which form that is', (expected, found, told) => {
    expect(hintOf(expected, found)).toContain(told);
  });

  it('is told to be another artifact where no form is so', () => {
    const hint = hintOf(input('FP32', 1, 32, 32), input('INT64', 1, 32, 32));
    expect(hint).toContain('Another artifact is deployed there: verify');
  });
});
