import { formatPercent } from '../src/diagnostics/format-percent.ts';
import { median, percentile, sortAscending } from './statistics.ts';

/** From where on a series of times is not to be trusted. */
export interface StabilityLimits {
  readonly minIterations: number;
  /** Middle half of the samples (p75 − p25) over their median. */
  readonly spread: number;
  /** Difference of the medians of first and second half, over the median. */
  readonly drift: number;
  /** p99 over the median. */
  readonly tail: number;
  /** Share of the machine's processor time that other programs took meanwhile. */
  readonly otherLoad: number;
}

export interface Stability {
  readonly stable: boolean;
  /** One sentence for each limit that was passed, with what it may come from. */
  readonly warnings: readonly string[];
}

function iterationWarning(count: number, limits: StabilityLimits): string | undefined {
  if (count >= limits.minIterations) return undefined;
  const runs = count === 1 ? 'Only 1 run was' : `Only ${count} runs were`;
  return `${runs} timed: percentiles of so few say little.`;
}

function spreadWarning(sorted: Float64Array, limits: StabilityLimits): string | undefined {
  const spread = (percentile(sorted, 75) - percentile(sorted, 25)) / median(sorted);
  if (!(spread > limits.spread)) return undefined;
  return `The middle half of the runs spreads over ${formatPercent(spread, 0)} of the median: the machine is noisy.`;
}

function tailWarning(sorted: Float64Array, limits: StabilityLimits): string | undefined {
  const tail = percentile(sorted, 99) / median(sorted);
  if (!(tail > limits.tail)) return undefined;
  return `The slowest runs took ${tail.toFixed(1)} times the median: something else interrupted them.`;
}

function driftWarning(samplesMs: readonly number[], limits: StabilityLimits): string | undefined {
  const half = samplesMs.length >> 1;
  // The median of fewer says nothing about a change.
  if (half < 5) return undefined;
  const first = median(sortAscending(samplesMs.slice(0, half)));
  const drift = median(sortAscending(samplesMs.slice(-half))) / first - 1;
  if (!(Math.abs(drift) > limits.drift)) return undefined;
  const cause = drift > 0 ? 'clocks went down, or another load began' : 'it was not warm yet';
  return `The second half of the runs was ${formatPercent(Math.abs(drift), 0)} ${drift > 0 ? 'slower' : 'faster'} than the first: ${cause}.`;
}

function loadWarning(otherLoad: number | undefined, limits: StabilityLimits): string | undefined {
  if (otherLoad === undefined || !(otherLoad > limits.otherLoad)) return undefined;
  return `Other programs used ${formatPercent(otherLoad, 0)} of the processors during the timing.`;
}

/** Judges times in the order in which they were taken. `otherLoad` is a share of the whole machine, where it is known. */
export function judgeStability(
  samplesMs: readonly number[],
  limits: StabilityLimits,
  otherLoad?: number,
): Stability {
  const sorted = sortAscending(samplesMs);
  const warnings = [
    iterationWarning(samplesMs.length, limits),
    spreadWarning(sorted, limits),
    driftWarning(samplesMs, limits),
    tailWarning(sorted, limits),
    loadWarning(otherLoad, limits),
  ].filter((warning) => warning !== undefined);
  return { stable: warnings.length === 0, warnings };
}
