import { describe, expect, it } from 'vitest';
import { firstNotFinite, firstNotFinite16 } from '../../../codegen/tensors/finite.ts';
import { toFloat16Bits } from '../../../codegen/tensors/float16.ts';

const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe.each([1, 2, 3, 4, 5, 7, 8, 9])('of %i numbers', (length) => {
  // The largest, subnormals and both zeros are finite.
  const values = Float32Array.from({ length }, (_, i) => [65504, -0, 1e-8, -65504, 0][i % 5] ?? 0);
  const places = Array.from({ length }, (_, i) => i);

  it('none is bad', () => {
    expect(firstNotFinite(values)).toBe(-1);
    expect(firstNotFinite(values.map((value) => value * 5e33))).toBe(-1);
    expect(firstNotFinite16(Uint16Array.from(values, toFloat16Bits))).toBe(-1);
  });

  it.each(places)('the bad one at %i is found, and the first of two', (place) => {
    for (const value of bad) {
      const broken = values.with(place, value);
      expect(firstNotFinite(broken)).toBe(place);
      expect(firstNotFinite16(Uint16Array.from(broken, toFloat16Bits))).toBe(place);
      const twice = broken.with(length - 1, Number.NaN);
      expect(firstNotFinite(twice)).toBe(place);
      expect(firstNotFinite16(Uint16Array.from(twice, toFloat16Bits))).toBe(place);
    }
  });
});

it('nothing is finite', () => {
  expect(firstNotFinite(new Float32Array(0))).toBe(-1);
  expect(firstNotFinite16(new Uint16Array(0))).toBe(-1);
});
