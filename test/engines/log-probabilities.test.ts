import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import type { Tensor } from '../../engines/engine.ts';
import { centredLogits, unfitSum } from '../../engines/log-probabilities.ts';
import { numbersOf } from '../../engines/tensor-values.ts';

const tensorOf = (...rows: readonly (readonly number[])[]): Tensor => ({
  dataType: 'float32',
  shape: [rows.length, rows[0]?.length ?? 0],
  bytes: bytesOf(Float32Array.from(rows.flat())),
});
const softmaxOf = (row: readonly number[]) => {
  const powers = row.map((value) => Math.exp(value - Math.max(...row)));
  const sum = powers.reduce((total, power) => total + power);
  return powers.map((power) => power / sum);
};

describe('centredLogits', () => {
  it('are the same numbers of logits and of their softmax', () => {
    const rows = [
      [3, -2, 0.5, 7],
      [-40, 2, 30, 1],
    ];
    const ofLogits = numbersOf(centredLogits(tensorOf(...rows), 'logits'));
    const ofShares = numbersOf(centredLogits(tensorOf(...rows.map(softmaxOf)), 'probabilities'));
    for (const [i, value] of ofShares.entries()) expect(value).toBeCloseTo(ofLogits[i] ?? 0, 4);
    expect([...ofLogits.slice(0, 4)]).toEqual([0.875, -4.125, -1.625, 4.875]);
  });

  it('are equal for logits that differ by one number an image', () => {
    const [a, b] = [tensorOf([1, 2, 4]), tensorOf([101, 102, 104])];
    expect(numbersOf(centredLogits(a, 'logits'))).toEqual(numbersOf(centredLogits(b, 'logits')));
  });

  it('are finite where a probability is too small for float32, on both sides', () => {
    const row = [0, 200, 3];
    const ofShares = numbersOf(centredLogits(tensorOf(softmaxOf(row)), 'probabilities'));
    expect(ofShares.every(Number.isFinite)).toBe(true);
    expect(ofShares).toEqual(numbersOf(centredLogits(tensorOf(row), 'logits')));
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0.25,
  ])('are no numbers where a probability is %d', (broken) => {
    const numbers = numbersOf(centredLogits(tensorOf([0.5, broken]), 'probabilities'));
    expect(numbers.some(Number.isFinite)).toBe(false);
  });
});

describe('unfitSum', () => {
  it('is that of an image whose probabilities are none', () => {
    expect(unfitSum(tensorOf([0.25, 0.75], [0.5, 0.5]))).toBeUndefined();
    expect(unfitSum(tensorOf([0.25, 0.75], [1, 1.5]))).toBe(2.5);
  });
});
