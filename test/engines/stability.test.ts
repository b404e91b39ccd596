import { describe, expect, it } from 'vitest';
import { judgeStability, type StabilityLimits } from '../../engines/stability.ts';

const limits: StabilityLimits = {
  minIterations: 5,
  spread: 0.1,
  drift: 0.05,
  tail: 2,
  otherLoad: 0.1,
};
const steady = Array.from({ length: 40 }, (_, i) => 10 + (i % 3) * 0.1);

describe('judgeStability', () => {
  it('trusts steady runs on an idle machine', () => {
    expect(judgeStability(steady, limits, 0.02)).toEqual({ stable: true, warnings: [] });
  });

  it('compares halves without the run in the middle, and trusts what is at a limit', () => {
    const middle = (between: number) => [...Array(5).fill(10), between, 10, 10, 10.9, 10.9, 10.9];
    const drift = (samplesMs: readonly number[]) =>
      judgeStability(samplesMs, { ...limits, spread: 1 }).warnings.filter((warning) =>
        warning.startsWith('The second half'),
      );
    // With the middle run in it the second half's median would be 10.45: within the limit.
    expect(drift(middle(10))).toEqual([
      'The second half of the runs was 9 % slower than the first: clocks went down, or another load began.',
    ]);
    expect(drift([8, 8, 8, 8, 8, 10, 10, 10, 10, 10])).toEqual([
      'The second half of the runs was 25 % slower than the first: clocks went down, or another load began.',
    ]);
    const at = judgeStability([1, 1, 1, 1, 1, 1.25, 1.25, 1.25, 1.25, 1.25], {
      ...limits,
      spread: 1,
      drift: 0.25,
    });
    expect(at).toEqual({ stable: true, warnings: [] });
    expect(drift([8, 8, 8, 8, 10, 10, 10, 10])).toEqual([]);
  });

  it.each<[string, number[], number | undefined, string]>([
    ['few runs', [10, 10], undefined, 'Only 2 runs were timed: percentiles of so few say little.'],
    ['one run', [10], undefined, 'Only 1 run was timed: percentiles of so few say little.'],
    [
      'noise',
      steady.map((ms, i) => (i % 2 ? ms : ms * 1.3)),
      undefined,
      'The middle half of the runs spreads over 26 % of the median: the machine is noisy.',
    ],
    [
      'a throttled clock',
      steady.map((ms, i) => (i < 20 ? ms : ms * 1.08)),
      undefined,
      'The second half of the runs was 8 % slower than the first: clocks went down, or another load began.',
    ],
    [
      'a cold start',
      steady.map((ms, i) => (i < 20 ? ms * 1.08 : ms)),
      undefined,
      'The second half of the runs was 7 % faster than the first: it was not warm yet.',
    ],
    [
      'an interruption',
      [...steady.slice(1), 31],
      undefined,
      'The slowest runs took 3.1 times the median: something else interrupted them.',
    ],
    [
      'other programs',
      steady,
      0.34,
      'Other programs used 34 % of the processors during the timing.',
    ],
  ])('tells of %s', (_, samplesMs, otherLoad, warning) => {
    const { stable, warnings } = judgeStability(samplesMs, limits, otherLoad);
    expect(stable).toBe(false);
    expect(warnings).toContain(warning);
  });

  // Powers of two, so that what lies at a limit lies there exactly.
  const free = { minIterations: 1, spread: 9, drift: 9, tail: 9, otherLoad: 0.25 };
  const mixed = [1, 1, 1.5, 1, 1.5, 1, 1.5, 1, 1, 1.5, 1, 1];

  it.each<[string, Partial<StabilityLimits>, readonly number[], number]>([
    ['as many runs as are wanted', { minIterations: 12 }, mixed, 0],
    ['a middle half as wide as is allowed', { spread: 0.5 }, mixed, 0],
    ['slow runs as slow as is allowed', { tail: 1.5 }, mixed, 0],
    [
      'a second half as slow as is allowed',
      { drift: 1 },
      [1, 1, 1, 1, 1, 2, 2, 2, 2, 2].map((ms) => ms * 4),
      0,
    ],
    ['as much other load as is allowed', {}, mixed, 0.25],
  ])('takes %s', (_, changes, samplesMs, otherLoad) => {
    expect(judgeStability(samplesMs, { ...free, ...changes }, otherLoad)).toEqual({
      stable: true,
      warnings: [],
    });
  });

  it('speaks of two halves from five runs each on, without the one in the middle', () => {
    const limits10 = { ...free, drift: 0.05 };
    const halves = (count: number, middle: readonly number[] = []) => [
      ...Array.from({ length: count }, () => 1),
      ...middle,
      ...Array.from({ length: count }, (_, i) => (i < 2 ? 1 : 1.25)),
    ];
    expect(judgeStability(halves(4), limits10).warnings).toEqual([]);
    const warning =
      'The second half of the runs was 25 % slower than the first: clocks went down, or another load began.';
    expect(judgeStability(halves(5), limits10).warnings).toEqual([warning]);
    expect(judgeStability(halves(5, [1]), limits10).warnings).toEqual([warning]);
  });
});
