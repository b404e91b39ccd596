/** A thread count that was tried, with what it needs to go on. */
export interface ThreadTrial {
  readonly threads: number;
  /** Median time of a run. */
  readonly medianMs: number;
  close(): Promise<void>;
}

export interface ThreadChoice<T extends ThreadTrial> {
  readonly best: T;
  /** All that were tried, in order. */
  readonly tried: readonly Pick<ThreadTrial, 'threads' | 'medianMs'>[];
}

/** One more thread has to be worth this much, or the fewer are kept: the other cores stay free. */
const worthwhile = 0.97;

/** 1, 2, 4, 8, … and all of them. */
export function threadCandidates(cores: number): number[] {
  const candidates: number[] = [];
  for (let threads = 1; threads < cores; threads *= 2) candidates.push(threads);
  return [...candidates, cores];
}

/**
 * Tries thread counts upwards and keeps the fastest; after two in a row that were no faster it stops.
 * All trials but the best are closed, also when one throws.
 */
export async function chooseThreads<T extends ThreadTrial>(
  candidates: readonly number[],
  attempt: (threads: number) => Promise<T>,
): Promise<ThreadChoice<T>> {
  const tried: { threads: number; medianMs: number }[] = [];
  let best: T | undefined;
  let misses = 0;
  for (const threads of candidates) {
    if (misses === 2) break;
    const trial = await attempt(threads).catch(async (error: unknown) => {
      await best?.close();
      throw error;
    });
    tried.push({ threads: trial.threads, medianMs: trial.medianMs });
    const isBetter = !best || trial.medianMs < worthwhile * best.medianMs;
    misses = isBetter ? 0 : misses + 1;
    await (isBetter ? best : trial)?.close();
    if (isBetter) best = trial;
  }
  if (!best) throw new RangeError('no thread counts to choose from');
  return { best, tried };
}
