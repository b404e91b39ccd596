import { describe, expect, it } from 'vitest';
import { parseTrtexecLog } from '../../../../engines/tensorrt/logs/parse-log.ts';
import { steadier } from '../../../../engines/tensorrt/running/measure.ts';
import type { TimedRun } from '../../../../engines/tensorrt/running/measurement.ts';

function run(computeMs: readonly number[] | undefined, stable: boolean): TimedRun {
  const series = Float64Array.from(computeMs ?? []);
  return {
    report: parseTrtexecLog(''),
    times: computeMs && {
      latencyMs: series,
      computeMs: series,
      h2dMs: series,
      d2hMs: series,
      unreadable: 0,
      whole: true,
    },
    conditions: undefined,
    isSteady: stable,
    stable,
    repeatable: true,
    warnings: [],
  };
}

describe('of two runs', () => {
  const steady = run([10, 10.1, 10, 9.9], false);
  const noisy = run([10, 14, 6, 10], false);
  const untimed = run(undefined, false);

  it('the less noisy is kept, whichever came first', () => {
    expect(steadier(steady, noisy)).toBe(steady);
    expect(steadier(noisy, steady)).toBe(steady);
  });

  it('a stable one is kept, however noisy', () => {
    const stable = run([10, 14, 6, 10], true);
    expect(steadier(stable, steady)).toBe(stable);
    expect(steadier(steady, stable)).toBe(stable);
  });

  it('one without times counts as the noisier, and the first is kept of two alike', () => {
    expect(steadier(untimed, noisy)).toBe(noisy);
    expect(steadier(noisy, untimed)).toBe(noisy);
    const same = run([10, 10.1, 10, 9.9], false);
    expect(steadier(steady, same)).toBe(steady);
  });
});
