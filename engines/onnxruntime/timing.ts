import type { Tensors } from '../engine.ts';
import { median, sortAscending } from '../statistics.ts';
import { createFeeds, runFeeds, type Session } from './session.ts';

/** One run of a session, timed on the host in milliseconds. */
export type TimedRun = () => Promise<number>;

/** Runs with the same input over and over; an aborted signal throws its reason before the next run. */
export function createTimedRun(
  session: Session,
  tensors: Tensors,
  signal: AbortSignal | undefined,
): TimedRun {
  const feeds = createFeeds(session, tensors);
  return async () => {
    signal?.throwIfAborted();
    const startedMs = performance.now();
    await runFeeds(session, feeds);
    return performance.now() - startedMs;
  };
}

/** A trial ends after so many milliseconds, but not before 3 runs unless these take longer than `longMs`. */
const trial = { minRuns: 3, enoughMs: 150, longMs: 300 } as const;

/** What a quick look at a run found. */
export interface RunEstimate {
  readonly medianMs: number;
  /** Time of all its runs: so much warming up is done. */
  readonly spentMs: number;
}

/** A quick estimate of a run's time, in about 300 ms, or two runs where they take longer, or one of a second and more. */
export async function estimateRun(run: TimedRun): Promise<RunEstimate> {
  const firstMs = await run();
  // The first run also fills memory and caches; where a run is this long, that is little of it.
  if (firstMs >= 1000) return { medianMs: firstMs, spentMs: firstMs };
  const samplesMs: number[] = [];
  for (let totalMs = 0; totalMs < trial.longMs; ) {
    const ms = await run();
    samplesMs.push(ms);
    totalMs += ms;
    if (samplesMs.length >= trial.minRuns && totalMs >= trial.enoughMs) break;
  }
  const spentMs = samplesMs.reduce((sum, ms) => sum + ms, firstMs);
  return { medianMs: median(sortAscending(samplesMs)), spentMs };
}

/** Runs until at least this long was spent, `spentMs` of it before; gives the time spent. Nothing is counted without one run before it. */
export async function warmUp(run: TimedRun, durationMs: number, spentMs = 0): Promise<number> {
  let totalMs = spentMs;
  while (totalMs === 0 || totalMs < durationMs) totalMs += await run();
  return totalMs;
}

/** Times runs until both limits are reached. */
export async function sampleRuns(
  run: TimedRun,
  { durationMs, minIterations }: { durationMs: number; minIterations: number },
): Promise<number[]> {
  const samplesMs: number[] = [];
  for (let totalMs = 0; totalMs < durationMs || samplesMs.length < Math.max(1, minIterations); ) {
    const ms = await run();
    samplesMs.push(ms);
    totalMs += ms;
  }
  return samplesMs;
}
