/*
 * The range whose int8 numbers are nearest to the float ones (NVIDIA's pytorch-quantization): the centre of the bin, from the 128th on, that
 * makes Σ count · (q(c) − c)² least over the centres c of all bins, where q rounds to 127 steps up to the range and cuts off what is beyond.
 *
 * Bins that are rounded to one step s are neighbours, so with running sums of count, count · c and count · c² a candidate costs 127 terms:
 *   Σ count · (s − c)² = s² Σ count − 2 s Σ count · c + Σ count · c²
 * Centre j goes to step k of candidate i where 127 (2j + 1) / (2i + 1) is nearest to k: never a tie, as 254 (2j + 1) is even and (2k + 1)(2i + 1) odd.
 */
import type { HistogramData } from '../histogram.ts';
import { firstCandidate, levels } from './levels.ts';
import { runningSums } from './running-sums.ts';

interface Moments {
  readonly bins: number;
  readonly counts: Float64Array;
  readonly centres: Float64Array;
  readonly squares: number;
}

/** In units of the bins' width. */
function momentsOf(counts: Float64Array): Moments {
  const bins = counts.length;
  const squares = runningSums(bins, (i) => (counts[i] as number) * (i + 0.5) ** 2);
  return {
    bins,
    counts: runningSums(bins, (i) => counts[i] as number),
    centres: runningSums(bins, (i) => (counts[i] as number) * (i + 0.5)),
    squares: squares[bins] as number,
  };
}

/** The bins that are rounded to step `level` or below. */
function endOfLevel(level: number, candidate: number, bins: number): number {
  if (level === levels) return bins;
  return Math.min(bins, Math.ceil(((level + 0.5) * (2 * candidate + 1)) / (2 * levels) - 0.5));
}

function squaredError({ bins, counts, centres, squares }: Moments, candidate: number): number {
  const step = (candidate + 0.5) / levels;
  let error = squares;
  let start = 0;
  for (let level = 0; level <= levels; level++) {
    const end = endOfLevel(level, candidate, bins);
    const count = (counts[end] as number) - (counts[start] as number);
    const sum = (centres[end] as number) - (centres[start] as number);
    error += level * step * (level * step * count - 2 * sum);
    start = end;
  }
  return error;
}

export function mseRange({ counts, binWidth }: HistogramData): number {
  const moments = momentsOf(counts);
  let best = { error: Number.POSITIVE_INFINITY, bin: counts.length - 1 };
  for (let bin = firstCandidate; bin < counts.length; bin++) {
    const error = squaredError(moments, bin);
    if (error < best.error) best = { error, bin };
  }
  return (best.bin + 0.5) * binWidth;
}
