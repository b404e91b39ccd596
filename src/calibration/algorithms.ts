import type { CalibrationAlgorithm } from './algorithm-names.ts';
import { entropyRange } from './algorithms/entropy.ts';
import { maxRange } from './algorithms/max.ts';
import { mseRange } from './algorithms/mse.ts';
import { percentileRange } from './algorithms/percentile.ts';
import type { HistogramData } from './histogram.ts';

/** How a tensor's int8 range is chosen from its histogram. Recipes, bins and defaults are those of NVIDIA's pytorch-quantization. */
export const calibrationAlgorithms = {
  entropy: entropyRange,
  percentile: percentileRange,
  mse: mseRange,
  max: maxRange,
} as const satisfies Record<CalibrationAlgorithm, (histogram: HistogramData) => number>;

/** The range that an algorithm chooses; 0 where every value was 0. */
export function chooseRange(algorithm: CalibrationAlgorithm, histogram: HistogramData): number {
  return histogram.largest === 0 ? 0 : calibrationAlgorithms[algorithm](histogram);
}
