/*
 * Round trips with a fixed number of requests on the way, as perf_analyzer counts them: each worker sends its next request when it has its answer. What was
 * sent before the warm-up ended does not count.
 */
import type { LatencySummary, Tensors } from '../../engines/engine.ts';
import { judgeStability, type StabilityLimits } from '../../engines/stability.ts';
import { summarize } from '../../engines/statistics.ts';
import type { TimingLimits } from '../../engines/target.ts';

/** One way of asking: so many pictures a request, so many requests at once. */
export interface Load {
  readonly batch: number;
  readonly concurrency: number;
}

/** Times of round trips under one load. */
export interface RoundTrips extends Load {
  readonly latency: LatencySummary;
  /** Pictures that were answered, over the time from the first request to the last answer. */
  readonly imagesPerSecond: number;
  readonly requests: number;
  readonly stable: boolean;
  readonly warnings: readonly string[];
}

export const roundTripDefinition =
  'Round trip of one request as a caller waits for it: making it, the network, the queue of the server, its computing, the network back, and reading the answer. Decoding and preparing pictures is not in it, and it is no latency of an engine.';

/** A network and a scheduler of other people's requests are noisier than an engine of one's own. */
const limits: StabilityLimits = {
  minIterations: 50,
  spread: 0.3,
  drift: 0.15,
  tail: 4,
  otherLoad: 1,
};

interface Series {
  readonly samplesMs: readonly number[];
  readonly elapsedMs: number;
}

/** Keeps so many requests on the way until both limits are reached; the first failure ends all. */
async function sendFor(
  send: () => Promise<unknown>,
  concurrency: number,
  { durationMs, least }: { readonly durationMs: number; readonly least: number },
): Promise<Series> {
  const samplesMs: number[] = [];
  const startedMs = performance.now();
  let isOver = false;
  async function work(): Promise<void> {
    while (!isOver) {
      const sentMs = performance.now();
      await send();
      const nowMs = performance.now();
      samplesMs.push(nowMs - sentMs);
      isOver ||= nowMs - startedMs >= durationMs && samplesMs.length >= least;
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
  } finally {
    isOver = true;
  }
  return { samplesMs, elapsedMs: performance.now() - startedMs };
}

export interface MeasureLoadOptions extends Load, TimingLimits {
  readonly signal?: AbortSignal | undefined;
  /** Called when the warm-up is over, and waited for. */
  readonly onWarm?: () => Promise<void>;
}

/** Times round trips of one request over and over. Throws what a request throws. */
export async function measureLoad(
  run: (inputs: Tensors, signal?: AbortSignal) => Promise<unknown>,
  inputs: Tensors,
  options: MeasureLoadOptions,
): Promise<RoundTrips> {
  const { batch, concurrency, warmUpMs, durationMs, minIterations, signal, onWarm } = options;
  const send = (): Promise<unknown> => run(inputs, signal);
  await sendFor(send, concurrency, { durationMs: warmUpMs, least: concurrency });
  await onWarm?.();
  const timed = { durationMs, least: minIterations };
  const { samplesMs, elapsedMs } = await sendFor(send, concurrency, timed);
  return {
    batch,
    concurrency,
    latency: summarize(samplesMs),
    imagesPerSecond: (1000 * batch * samplesMs.length) / elapsedMs,
    requests: samplesMs.length,
    ...judgeStability(samplesMs, limits),
  };
}
