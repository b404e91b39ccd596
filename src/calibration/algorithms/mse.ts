import { roundHalfEven } from '../../../codegen/quantization/rounding.ts';
import type { HistogramData } from '../histogram.ts';
import { firstCandidate, levels } from './levels.ts';

/** Σ count · (q(c) − c)² over the centres c of all bins, where q rounds to `levels` steps up to `range` and cuts off what is beyond. */
function squaredError({ counts, binWidth }: HistogramData, range: number): number {
  const step = range / levels;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const centre = (i + 0.5) * binWidth;
    const quantized = Math.min(roundHalfEven(centre / step), levels) * step;
    sum += (counts[i] as number) * (quantized - centre) ** 2;
  }
  return sum;
}

/** The centre of the bin (from the 128th on) that as a range gives the least squared error (NVIDIA's pytorch-quantization). */
export function mseRange(histogram: HistogramData): number {
  let best = { error: Number.POSITIVE_INFINITY, range: histogram.largest };
  for (let i = firstCandidate; i < histogram.counts.length; i++) {
    const range = (i + 0.5) * histogram.binWidth;
    const error = squaredError(histogram, range);
    if (error < best.error) best = { error, range };
  }
  return best.range;
}
