import { describe, expect, it } from 'vitest';
import { estimateRun, sampleRuns, warmUp } from '../../../engines/onnxruntime/timing.ts';

/** Runs that take what the list says, the last time for ever. */
function runsOf(...times: readonly number[]) {
  const made: number[] = [];
  const run = async (): Promise<number> => {
    const ms = times[Math.min(made.length, times.length - 1)] as number;
    made.push(ms);
    return ms;
  };
  return { made, run };
}

describe('warmUp', () => {
  it('runs until the time is over, once at least', async () => {
    const { run } = runsOf(30);
    expect(await warmUp(run, 100)).toBe(120);
    expect(await warmUp(run, 0)).toBe(30);
  });

  it('counts what was run before', async () => {
    const { made, run } = runsOf(30);
    expect(await warmUp(run, 100, 60)).toBe(120);
    expect(await warmUp(run, 100, 400)).toBe(400);
    expect(made).toHaveLength(2);
  });
});

describe('sampleRuns', () => {
  it('runs until both limits are reached', async () => {
    const { run } = runsOf(10);
    expect(await sampleRuns(run, { durationMs: 100, minIterations: 3 })).toHaveLength(10);
    expect(await sampleRuns(run, { durationMs: 10, minIterations: 3 })).toHaveLength(3);
    expect(await sampleRuns(run, { durationMs: 0, minIterations: 0 })).toHaveLength(1);
  });

  it('keeps the order of the samples', async () => {
    const { run } = runsOf(5, 3, 9);
    expect(await sampleRuns(run, { durationMs: 0, minIterations: 3 })).toEqual([5, 3, 9]);
  });
});

describe('estimateRun', () => {
  it.each<[string, number[], number, number]>([
    ['leaves the first of quick runs out', [50, 1, 1, 1], 1, 151],
    ['takes the median', [50, 60, 80, 70], 70, 4],
    ['takes two of slow runs', [400, 350], 350, 2],
    ['takes one of very slow runs', [2500], 2500, 1],
  ])('%s', async (_, times, expected, count) => {
    const { made, run } = runsOf(...times);
    const spentMs = Array.from({ length: count }, (_, i) => times[i] ?? times.at(-1) ?? 0);
    expect(await estimateRun(run)).toEqual({
      medianMs: expected,
      spentMs: spentMs.reduce((sum, ms) => sum + ms),
    });
    expect(made).toHaveLength(count);
  });
});
