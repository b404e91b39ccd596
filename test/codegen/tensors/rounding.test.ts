import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundHalfEven } from '../../../codegen/tensors/rounding.ts';

describe('roundHalfEven', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [58.5, 58],
    [59.5, 60],
    [2.4999, 2],
    [2.5001, 3],
    [126.5, 126],
    [-126.49, -126],
  ])('rounds %f to %d', (value, whole) => {
    expect(roundHalfEven(value) + 0).toBe(whole);
  });

  it('is the nearest whole number', () => {
    const value = fc.double({ min: -(2 ** 31), max: 2 ** 31, noNaN: true });
    fc.assert(
      fc.property(value, (x) => {
        expect(Math.abs(roundHalfEven(x) - x)).toBeLessThanOrEqual(0.5);
        expect(roundHalfEven(x) % 1).toBeCloseTo(0, 12);
      }),
    );
  });
});
