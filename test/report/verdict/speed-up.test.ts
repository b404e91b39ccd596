import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../../../codegen/tensors/random.ts';
import { median, sortAscending, summarize } from '../../../engines/statistics.ts';
import {
  estimateOf,
  medianError,
  relativeError,
  speedUp,
} from '../../../src/report/verdict/speed-up.ts';

/** The bootstrap as it is defined: medians of resamples, and their deviation. */
function drawnError(samples: readonly number[], draws: number): number {
  const stream = createRandomStream(7);
  const pick = (): number => samples[Math.floor(stream.uniform() * samples.length)] as number;
  const medians = Array.from({ length: draws }, () =>
    median(sortAscending(Array.from(samples, pick))),
  );
  return deviation(medians);
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function normalSamples(count: number, seed: number, scale = 1): readonly number[] {
  const stream = createRandomStream(seed);
  return Array.from({ length: count }, () => 20 + scale * stream.normal());
}

/** Most runs near 10, a tail of slow ones. */
function skewedSamples(count: number): readonly number[] {
  const stream = createRandomStream(3);
  return Array.from({ length: count }, () => 10 - 2 * Math.log(1 - stream.uniform()));
}

const timed = (samplesMs: readonly number[]) => ({
  latency: summarize(samplesMs),
  iterations: samplesMs.length,
  samplesMs: [...samplesMs],
});

describe('medianError', () => {
  it.each([
    ['normal, odd', normalSamples(201, 1)],
    ['normal, even', normalSamples(60, 2)],
    ['few', normalSamples(9, 4)],
    ['skewed', skewedSamples(150)],
  ])('is that of a bootstrap that is drawn: %s', (_, samples) => {
    const drawn = drawnError(samples, 4000);
    expect((medianError(samples) ?? 0) / drawn).toBeGreaterThan(0.85);
    expect((medianError(samples) ?? 0) / drawn).toBeLessThan(1.15);
  });

  it('is about 1.25 σ/√n of normal samples', () => {
    const errors = Array.from(
      { length: 40 },
      (_, seed) => medianError(normalSamples(400, seed)) ?? 0,
    );
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(mean).toBeCloseTo(1.2533 / 20, 2);
  });

  it('is 0 where all are alike, and unknown below five', () => {
    expect(medianError([3, 3, 3, 3, 3])).toBe(0);
    expect(medianError([1, 2, 3, 4])).toBeUndefined();
  });

  it('scales with its samples and does not move with them', () => {
    const samples = fc.array(fc.double({ min: 1, max: 9, noNaN: true }), {
      minLength: 5,
      maxLength: 60,
    });
    fc.assert(
      fc.property(samples, fc.double({ min: 0.1, max: 50, noNaN: true }), (values, scale) => {
        const error = medianError(values) ?? 0;
        expect(medianError(values.map((value) => scale * value)) ?? 0).toBeCloseTo(
          scale * error,
          6,
        );
        expect(medianError(values.map((value) => value + scale)) ?? 0).toBeCloseTo(error, 6);
      }),
    );
  });
});

describe('relativeError', () => {
  it('comes from the variation where there are no samples', () => {
    const { samplesMs: _, ...summary } = timed(normalSamples(400, 5));
    const known = relativeError(timed(normalSamples(400, 5))) ?? 0;
    expect((relativeError(summary) ?? 0) / known).toBeGreaterThan(0.7);
    expect((relativeError(summary) ?? 0) / known).toBeLessThan(1.4);
  });

  it('is unknown where there is neither', () => {
    const { variation: _, ...latency } = summarize([1, 2, 3]);
    expect(relativeError({ latency, iterations: 100 })).toBeUndefined();
    expect(relativeError({ latency: summarize([1, 2]), iterations: 2 })).toBeUndefined();
  });
});

describe('speedUp', () => {
  it('holds the true ratio in its interval about 19 times of 20', () => {
    const ratios = Array.from({ length: 200 }, (_, i) =>
      speedUp(
        estimateOf(timed(normalSamples(80, 1000 + i).map((ms) => 2 * ms))),
        estimateOf(timed(normalSamples(80, 5000 + i))),
      ),
    );
    const held = ratios.filter(({ ratio, spread = 0 }) => Math.abs(ratio - 2) <= spread).length;
    expect(held).toBeGreaterThan(180);
    expect(held).toBeLessThan(200);
  });

  it('is the inverse seen from the other side, with the same relative spread', () => {
    const [a, b] = [estimateOf(timed(normalSamples(50, 1))), estimateOf(timed(skewedSamples(50)))];
    const [there, back] = [speedUp(a, b), speedUp(b, a)];
    expect(there.ratio * back.ratio).toBeCloseTo(1, 12);
    expect((there.spread ?? 0) / there.ratio).toBeCloseTo((back.spread ?? 0) / back.ratio, 12);
  });

  it('grows with the noise of either side', () => {
    const quiet = estimateOf(timed(normalSamples(50, 1)));
    const noisy = estimateOf(timed(normalSamples(50, 1, 5)));
    expect(speedUp(quiet, noisy).spread).toBeGreaterThan(speedUp(quiet, quiet).spread ?? 0);
  });

  it('has no spread beside a published figure', () => {
    expect(speedUp({ latencyMs: 3 }, estimateOf(timed(normalSamples(50, 1))))).not.toHaveProperty(
      'spread',
    );
  });
});
