import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasPercentile,
  keepSamples,
  median,
  mostKeptSamples,
  percentile,
  sortAscending,
  summarize,
} from '../../engines/statistics.ts';

const samples = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});

describe('percentile', () => {
  it.each([
    [100, 90, 90],
    [100, 99, 99],
    [10, 90, 9],
    [10, 99, 10],
    [1, 99, 1],
    [200, 99.5, 199],
    [7, 100, 7],
    [7, 0, 1],
  ])('of 1…%i at %f is %i, as trtexec counts', (count, p, expected) => {
    expect(
      percentile(
        Float64Array.from({ length: count }, (_, i) => i + 1),
        p,
      ),
    ).toBe(expected);
  });

  it('is a sample, below which lies no less than its share', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 100 }), (values, p) => {
        const sorted = sortAscending(values);
        const value = percentile(sorted, p);
        expect(values).toContain(value);
        expect(sorted.filter((one) => one <= value).length).toBeGreaterThanOrEqual(
          (p / 100) * sorted.length - 1e-9,
        );
      }),
    );
  });
});

describe('whether samples have a percentile', () => {
  it.each([
    [90, 10],
    [95, 20],
    [99, 100],
    [50, 2],
  ])('p%d takes %d', (p, least) => {
    expect(hasPercentile(least, p)).toBe(true);
    expect(hasPercentile(least - 1, p)).toBe(false);
    const samples = Array.from({ length: least }, (_, i) => i);
    // From so many on it lies below the slowest.
    expect(percentile(samples, p)).toBe(least - 2);
    expect(percentile(samples.slice(1), p)).toBe(least - 1);
  });
});

describe('median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([1, 2, 9])).toBe(2);
    expect(median([1, 2, 4, 9])).toBe(3);
  });
});

describe('summarize', () => {
  it('gives figures that can be checked by hand', () => {
    expect(summarize([4, 2, 6, 8])).toEqual({
      minMs: 2,
      meanMs: 5,
      medianMs: 5,
      p90Ms: 8,
      p95Ms: 8,
      p99Ms: 8,
      maxMs: 8,
      variation: Math.sqrt(5) / 5,
    });
  });

  it('keeps order, range and scale, whatever the samples and their order', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const summary = summarize(values);
        const { minMs, medianMs, p90Ms, p95Ms, p99Ms, maxMs } = summary;
        const ascending = [minMs, medianMs, maxMs];
        expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
        expect(p90Ms <= p95Ms && p95Ms <= p99Ms && p99Ms <= maxMs).toBe(true);
        expect(summary.meanMs).toBeGreaterThanOrEqual(minMs);
        expect(summary.meanMs).toBeLessThanOrEqual(maxMs);
        expect(summary.variation).toBeGreaterThanOrEqual(0);
        expect(summarize([...values].reverse())).toEqual(summary);
        expect(summarize(values.map((ms) => ms * 2)).medianMs).toBe(2 * medianMs);
      }),
    );
  });

  it('has no variation where all samples are equal', () => {
    expect(summarize([0.1, 0.1, 0.1]).variation).toBeLessThan(1e-12);
    expect(summarize([0]).variation).toBe(0);
  });

  it('refuses to summarize nothing', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe('keepSamples', () => {
  it('keeps few as they are, in their order', () => {
    expect(keepSamples([3.1234567, 1, 2])).toEqual([3.1235, 1, 2]);
    expect(keepSamples(Float64Array.of(5, 4))).toEqual([5, 4]);
    expect(keepSamples([])).toEqual([]);
  });

  it('keeps so many of more, at even distances', () => {
    const kept = keepSamples(Array.from({ length: 10 * mostKeptSamples + 7 }, (_, i) => i));
    expect(kept).toHaveLength(mostKeptSamples);
    const steps = new Set(kept.slice(1).map((value, i) => value - (kept[i] ?? 0)));
    expect([...steps].toSorted()).toEqual([10, 11]);
  });

  it('keeps the shape of a distribution', () => {
    const all = Array.from({ length: 20_000 }, (_, i) => 10 + ((i * 7919) % 1000) / 100);
    const kept = sortAscending(keepSamples(all));
    const sorted = sortAscending(all);
    for (const p of [10, 50, 90]) {
      expect(Math.abs(percentile(kept, p) - percentile(sorted, p))).toBeLessThan(0.5);
    }
  });
});
