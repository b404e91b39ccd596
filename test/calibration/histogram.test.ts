import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRange } from '../../src/calibration/algorithms.ts';
import { Histogram, largestMagnitude } from '../../src/calibration/histogram.ts';

function filled(...batches: readonly (readonly number[])[]): Histogram {
  const histogram = new Histogram();
  for (const batch of batches) histogram.add(Float32Array.from(batch));
  return histogram;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('largestMagnitude', () => {
  it('is that of a plain loop, for any length', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 40 }), (values) => {
        const slow = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largestMagnitude(Float32Array.from(values))).toBe(slow);
      }),
    );
  });

  it.each([
    [[1, Number.NaN, 3], Number.NaN],
    [[1, Number.NEGATIVE_INFINITY], Number.POSITIVE_INFINITY],
    [[0, 0, 0, 0, -2], 2],
    [[], 0],
  ])('of %j is %d', (values, largest) => {
    expect(largestMagnitude(Float32Array.from(values))).toBe(largest);
  });
});

describe('Histogram', () => {
  it('counts every value once, whatever comes in which order', () => {
    const batches = fc.array(fc.array(finite, { minLength: 1, maxLength: 30 }), { minLength: 1 });
    fc.assert(
      fc.property(batches, (values) => {
        const { counts, largest } = filled(...values).read();
        const all = values.flat();
        const slow = Math.max(...all.map((value) => Math.abs(Math.fround(value))));
        expect(largest).toBe(slow);
        if (largest > 0) expect(sum(counts)).toBe(all.length);
        expect(counts.length).toBeLessThanOrEqual(8192);
      }),
    );
  });

  it('keeps the width of the first batch and appends bins', () => {
    const { counts, binWidth } = filled([2048, 0.5], [4000.5, -0.5]).read();
    expect(binWidth).toBe(1);
    expect(counts.length).toBe(4001);
    expect([counts[0], counts[2047], counts[4000]]).toEqual([2, 1, 1]);
  });

  it('joins bins where an outlier would need too many, and loses no count', () => {
    const { counts, binWidth } = filled([2048, 0.5, 3.5], [1e9]).read();
    expect(Math.log2(binWidth) % 1).toBe(0);
    expect(counts.length).toBeGreaterThan(4096 - 1);
    expect(counts.length).toBeLessThanOrEqual(8192);
    expect([counts[0], counts[counts.length - 1], sum(counts)]).toEqual([3, 1, 4]);
  });

  it('remembers zeros that came before there was a width', () => {
    const { counts } = filled([0, 0, 0], [1, 0]).read();
    expect([counts[0], counts[2047]]).toEqual([4, 1]);
  });

  it('says what is not finite, wherever it stands', () => {
    for (const place of [0, 3, 4, 7, 8]) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const batch = new Float32Array(9).fill(1);
        batch[place] = value;
        expect(new Histogram().add(batch)).toBe(value);
        const histogram = filled([1, 2]);
        expect(histogram.add(batch)).toBe(value);
        expect(histogram.largest).toBe(2);
      }
    }
  });

  it('gives no range where everything was 0', () => {
    const histogram = filled([0, 0], [0]).read();
    for (const algorithm of ['entropy', 'percentile', 'mse', 'max'] as const) {
      expect(chooseRange(algorithm, histogram)).toBe(0);
    }
  });
});
