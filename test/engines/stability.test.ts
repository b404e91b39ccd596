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
});
