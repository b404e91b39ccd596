/*
 * How much faster one series of runs is than another, and how well the runs fix that figure.
 */
import { median, sortAscending } from '../../../engines/statistics.ts';
import type { BenchRow } from '../bench-file.ts';

/** Of a timing, what decides how far its median may be off. */
export type Timed = Pick<BenchRow, 'latency' | 'iterations' | 'samplesMs'>;

/** Fewer runs tell nothing about how far their median may be off. */
const fewestRuns = 5;
/** Points at which the density over one sample's share is taken. */
const pointsPerSample = 8;

/** How much of a bootstrap's medians each of `count` ascending samples is. */
function medianWeights(count: number): readonly number[] {
  const points = count * pointsPerSample;
  const density = (i: number): number => {
    const u = (i + 0.5) / points;
    return (4 * u * (1 - u)) ** ((count - 1) / 2);
  };
  const weights = Array.from({ length: count }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < pointsPerSample; i++) sum += density(k * pointsPerSample + i);
    return sum;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * Standard error of a median by its bootstrap, drawn infinitely often: the median of a resample is each sample with a known probability, the share of the
 * Beta((n + 1)/2, (n + 1)/2) distribution over it (Maritz and Jarrett, 1978), so that nothing is drawn and the same samples always give the same figure.
 * In the samples' unit; undefined below five samples.
 */
export function medianError(samples: readonly number[]): number | undefined {
  if (samples.length < fewestRuns) return undefined;
  const sorted = sortAscending(samples);
  const weights = medianWeights(sorted.length);
  // Around the median: the difference of two large sums would lose every digit.
  const centre = median(sorted);
  let [mean, square] = [0, 0];
  for (const [i, weight] of weights.entries()) {
    const offset = (sorted[i] as number) - centre;
    mean += weight * offset;
    square += weight * offset ** 2;
  }
  return Math.sqrt(Math.max(0, square - mean ** 2));
}

/** Of normal samples the error of the median over that of the mean. */
const medianOverMean = Math.sqrt(Math.PI / 2);

/**
 * Share by which the median of a timing may be off, one standard error: by bootstrap from its samples, else from its variation and number of runs as if they were
 * normal. Undefined where neither is known.
 */
export function relativeError({ latency, iterations, samplesMs }: Timed): number | undefined {
  const { medianMs, meanMs, variation } = latency;
  const error = samplesMs && medianError(samplesMs);
  if (error !== undefined) return error / medianMs;
  if (variation === undefined || iterations < fewestRuns) return undefined;
  return (medianOverMean * variation * meanMs) / medianMs / Math.sqrt(iterations);
}

export interface SpeedUp {
  /** Median of the slower over that of the faster: how many times as fast the second is; below 1 where it is slower. */
  readonly ratio: number;
  /** Half of the ratio's 95 % interval; absent where it is not known. */
  readonly spread?: number;
}

/** A latency, and how far it may be off. */
export interface LatencyEstimate {
  readonly latencyMs: number;
  /** One standard error over the latency; absent where it is not known, as of a published figure. */
  readonly error?: number;
}

/** The median of a timing with its error. */
export function estimateOf(timed: Timed): LatencyEstimate {
  const error = relativeError(timed);
  const { medianMs: latencyMs } = timed.latency;
  return { latencyMs, ...(error === undefined ? {} : { error }) };
}

/** Two-sided 95 % of a normal distribution, in standard errors. */
const interval95 = 1.96;

/**
 * How many times as fast `to` is as `from`: the ratio of their latencies. Its spread is half of the 95 % interval, propagated from the errors of both
 * (`relativeError`), which are bootstrapped from the samples where there are any. It says how well these runs fix the ratio, not how much another day's differ.
 */
export function speedUp(from: LatencyEstimate, to: LatencyEstimate): SpeedUp {
  const ratio = from.latencyMs / to.latencyMs;
  if (from.error === undefined || to.error === undefined) return { ratio };
  return { ratio, spread: interval95 * ratio * Math.hypot(from.error, to.error) };
}
