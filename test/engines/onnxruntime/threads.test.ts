import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreads, threadCandidates } from '../../../engines/onnxruntime/threads.ts';

/** Trials with given times, which remember which of them are open. */
function trials(times: Readonly<Record<number, number>>) {
  const open = new Set<number>();
  const attempt = async (threads: number) => {
    const medianMs = times[threads];
    if (medianMs === undefined) throw new Error(`cannot run with ${threads}`);
    open.add(threads);
    return { threads, medianMs, close: async () => void open.delete(threads) };
  };
  return { open, attempt };
}

describe('threadCandidates', () => {
  it.each([
    [1, [1]],
    [2, [1, 2]],
    [6, [1, 2, 4, 6]],
    [8, [1, 2, 4, 8]],
    [64, [1, 2, 4, 8, 16, 32, 64]],
  ])('of %i cores are %j', (cores, expected) => {
    expect(threadCandidates(cores)).toEqual(expected);
  });
});

describe('chooseThreads', () => {
  it('keeps the fastest open and closes the others', async () => {
    const { open, attempt } = trials({ 1: 100, 2: 60, 4: 40, 8: 45 });
    const { best, tried } = await chooseThreads([1, 2, 4, 8], attempt);
    expect(best.threads).toBe(4);
    expect(tried.map(({ threads }) => threads)).toEqual([1, 2, 4, 8]);
    expect([...open]).toEqual([4]);
  });

  it('does not take more threads for a gain that is noise', async () => {
    const { attempt } = trials({ 1: 100, 2: 98 });
    expect((await chooseThreads([1, 2], attempt)).best.threads).toBe(1);
  });

  it('stops after two that were no faster', async () => {
    const { attempt } = trials({ 1: 100, 2: 101, 4: 102, 8: 10 });
    const { best, tried } = await chooseThreads([1, 2, 4, 8], attempt);
    expect(best.threads).toBe(1);
    expect(tried).toHaveLength(3);
  });

  it('closes what is open when a trial fails', async () => {
    const { open, attempt } = trials({ 1: 100 });
    await expect(chooseThreads([1, 2], attempt)).rejects.toThrow('cannot run with 2');
    expect(open.size).toBe(0);
  });

  it('never leaves more than one open, and no slower one', async () => {
    const times = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(times, async (list) => {
        const { open, attempt } = trials(Object.fromEntries(list.map((ms, i) => [i + 1, ms])));
        const { best, tried } = await chooseThreads(
          list.map((_, i) => i + 1),
          attempt,
        );
        expect([...open]).toEqual([best.threads]);
        const least = Math.min(...tried.map(({ medianMs }) => medianMs));
        expect(best.medianMs * 0.97).toBeLessThanOrEqual(least);
      }),
    );
  });
});
