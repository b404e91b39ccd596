import type { HistogramData } from '../histogram.ts';

/** Share of all values that lie within the range. */
export const percentile = 0.9999;

/**
 * The lower edge of the first bin up to which at least 99.99 % of all values lie (NVIDIA's pytorch-quantization). Where that is the first bin, because
 * nearly everything is 0, its upper edge: a range of 0 would leave nothing.
 */
export function percentileRange({ counts, binWidth }: HistogramData): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i] as number;
    if (sum / total >= percentile) return Math.max(i, 1) * binWidth;
  }
  return counts.length * binWidth;
}
