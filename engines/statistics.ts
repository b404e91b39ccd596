import type { LatencySummary } from './engine.ts';

/**
 * The value at a percentile of ascending samples: sorted[n − 1 − ⌊(100 − p)·n / 100⌋], at least the first. An order statistic without
 * interpolation, the rule of trtexec (samples/common/sampleReporting.cpp), so that both targets' figures mean the same.
 */
export function percentile(ascending: ArrayLike<number>, p: number): number {
  const count = ascending.length;
  const index = Math.max(count - 1 - Math.floor(((100 - p) * count) / 100), 0);
  return ascending[index] as number;
}

/** The middle of ascending samples; of an even number, the mean of the two in the middle. */
export function median(ascending: ArrayLike<number>): number {
  const upper = ascending.length >> 1;
  const lower = (ascending.length - 1) >> 1;
  return ((ascending[lower] as number) + (ascending[upper] as number)) / 2;
}

/** Whether so many samples have a percentile: of fewer it is the slowest of them, and says nothing of the share beyond it. */
export function hasPercentile(count: number, p: number): boolean {
  return count * (100 - p) >= 100;
}

export function sortAscending(samples: ArrayLike<number>): Float64Array {
  return Float64Array.from(samples).sort();
}

/** So many samples of a series are kept. */
export const mostKeptSamples = 500;

/** Samples to keep beside a summary, in their order and with five digits: all, or `mostKeptSamples` at even distances. */
export function keepSamples(samplesMs: ArrayLike<number>): number[] {
  const count = Math.min(samplesMs.length, mostKeptSamples);
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor((i * samplesMs.length) / count);
    return Number((samplesMs[at] as number).toPrecision(5));
  });
}

/** Summary of at least one time. The standard deviation in `variation` is that of the samples themselves (divided by n). */
export function summarize(samplesMs: readonly number[]): LatencySummary {
  if (samplesMs.length === 0) throw new RangeError('no samples to summarize');
  const sorted = sortAscending(samplesMs);
  const minMs = sorted[0] as number;
  const maxMs = sorted.at(-1) as number;
  // Rounding of the sum must not carry the mean out of the samples' range.
  const meanMs = Math.min(
    Math.max(sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length, minMs),
    maxMs,
  );
  const variance = sorted.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0) / sorted.length;
  return {
    minMs,
    meanMs,
    medianMs: median(sorted),
    p90Ms: percentile(sorted, 90),
    p95Ms: percentile(sorted, 95),
    p99Ms: percentile(sorted, 99),
    maxMs,
    variation: meanMs === 0 ? 0 : Math.sqrt(variance) / meanMs,
  };
}
