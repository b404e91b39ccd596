import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../../codegen/tensors/random.ts';
import { densityOf } from '../../src/report/density.ts';

const stream = createRandomStream(5);
const around = (centre: number, count: number) =>
  Array.from({ length: count }, () => centre + 0.05 * stream.normal());

describe('densityOf', () => {
  it('is highest where the samples are', () => {
    const density = densityOf([...around(1, 100), ...around(2, 30)], [0.5, 2.5]) ?? [];
    const top = density.find(([, height]) => height === 1);
    expect(top?.[0]).toBeCloseTo(1, 1);
    const heightNear = (x: number) =>
      density.toSorted(([a], [b]) => Math.abs(a - x) - Math.abs(b - x))[0]?.[1] ?? 0;
    expect(heightNear(2)).toBeGreaterThan(heightNear(1.5));
    expect(density.every(([, height]) => height >= 0 && height <= 1)).toBe(true);
  });

  it('has no shape where the samples are few or alike', () => {
    expect(densityOf([1, 2, 3], [1, 3])).toBeUndefined();
    expect(densityOf(Array(20).fill(1), [1, 2])).toBeUndefined();
    expect(densityOf(around(1, 20), [1, 1])).toBeUndefined();
  });
});
