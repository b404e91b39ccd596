import { percentile, sortAscending } from '../../engines/statistics.ts';

/** Fewer samples have no shape. */
const fewestSamples = 8;
const points = 72;

/** Silverman's bandwidth of a normal kernel, of the middle half where that is narrower than the deviation. */
function bandwidthOf(sorted: Float64Array): number {
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  const middle = (percentile(sorted, 75) - percentile(sorted, 25)) / 1.34;
  const width = middle > 0 ? Math.min(Math.sqrt(variance), middle) : Math.sqrt(variance);
  return 0.9 * width * sorted.length ** -0.2;
}

/**
 * Density of samples between two places, by a normal kernel: heights from 0 to 1, the highest 1. Undefined where the samples are too few or all alike. What
 * lies outside counts for the heights inside only as far as its kernel reaches.
 */
export function densityOf(
  samples: readonly number[],
  [low, high]: readonly [number, number],
): readonly (readonly [x: number, height: number])[] | undefined {
  const sorted = sortAscending(samples.filter((value) => value >= low && value <= high));
  if (sorted.length < fewestSamples || !(high > low)) return undefined;
  const bandwidth = bandwidthOf(sorted);
  if (!(bandwidth > 0)) return undefined;
  const places = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
  const heights = places.map((x) =>
    sorted.reduce((sum, value) => sum + Math.exp(-(((x - value) / bandwidth) ** 2) / 2), 0),
  );
  const top = heights.reduce((most, height) => Math.max(most, height), 0);
  return top > 0 ? places.map((x, i) => [x, (heights[i] ?? 0) / top] as const) : undefined;
}
