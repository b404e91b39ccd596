import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  castToFloat16,
  float16NotBelow,
  fromFloat16Bits,
  toFloat16Bits,
} from '../../../codegen/tensors/float16.ts';

/** A float32 number between the one below it and the one above. */
function besides(value: number): readonly number[] {
  const float = Float32Array.of(value);
  const [bits = 0] = new Uint32Array(float.buffer);
  return [...new Float32Array(Uint32Array.of(bits - 1, bits, bits + 1).buffer)];
}

describe('float16NotBelow', () => {
  it('is the least float16 that is not below, down to the smallest subnormal', () => {
    const positive = fc.double({ min: 1e-12, max: 65504, noNaN: true });
    const near = fc.integer({ min: 1, max: 0x7bff }).map((half) => fromFloat16Bits(half));
    fc.assert(
      fc.property(fc.oneof(positive, near), (value) => {
        const rounded = float16NotBelow(value);
        const half = toFloat16Bits(rounded);
        expect(fromFloat16Bits(half)).toBe(rounded);
        expect(rounded).toBeGreaterThanOrEqual(value);
        expect(fromFloat16Bits(half - 1)).toBeLessThan(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the greatest float16 beyond it', () => {
    expect(float16NotBelow(1e6)).toBe(65504);
  });
});

describe('float16', () => {
  it('gives back each of the 65536 bit patterns', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = fromFloat16Bits(half);
      if (Number.isNaN(value))
        expect(Number.isNaN(fromFloat16Bits(toFloat16Bits(value)))).toBe(true);
      else if (toFloat16Bits(value) !== half) expect(toFloat16Bits(value)).toBe(half);
    }
  });

  it('rounds to the nearest, ties to even', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const half = toFloat16Bits(value);
        const own = Math.abs(fromFloat16Bits(half) - value);
        const isEven = half % 2 === 0;
        for (const other of [half - 1, half + 1]) {
          const neighbour = fromFloat16Bits(other & 0xffff);
          if (!Number.isFinite(neighbour) || (other ^ half) & 0x8000) continue;
          const distance = Math.abs(neighbour - value);
          if (distance < own || (distance === own && own !== 0 && !isEven)) return false;
        }
        return true;
      }),
      { numRuns: 20_000 },
    );
  });

  it('gives every tie to the even neighbour, and what lies beside it to the nearer', () => {
    // 0x7bff is the largest; what would come behind it is 65536.
    const values = Array.from({ length: 0x7c00 }, (_, half) => fromFloat16Bits(half));
    const cast = values.map((value, half) => {
      const above = values[half + 1] ?? 65536;
      return besides((value + above) / 2).flatMap((x) => [toFloat16Bits(x), toFloat16Bits(-x)]);
    });
    const expected = values.map((_, half) =>
      [half, half + (half % 2), half + 1].flatMap((nearest) => [nearest, nearest + 0x8000]),
    );
    const wrong = expected.filter((halves, i) => String(halves) !== String(cast[i]));
    expect(wrong).toEqual([]);
  });

  it.each([
    ['the first value beyond the largest', 65520, 0x7c00],
    ['just below it', 65519.996, 0x7bff],
    ['the smallest subnormal', 2 ** -24, 1],
    ['half of it, a tie to zero', 2 ** -25, 0],
    ['a little more', 2 ** -25 * 1.0001, 1],
    ['the largest subnormal, a tie into the normals', 2 ** -14 - 2 ** -25, 0x400],
    ['negative zero', -0, 0x8000],
  ])('knows %s', (_name, value, half) => {
    expect(toFloat16Bits(value)).toBe(half);
  });

  it('counts what it clamps and flushes', () => {
    const counts = { clampedCount: 0, flushedCount: 0, largest: 0 };
    const values = new Uint16Array(5);
    castToFloat16(Float32Array.of(1, -1e5, 1e-8, 0, 70000), values, counts);
    expect(counts).toEqual({ clampedCount: 2, flushedCount: 1, largest: 1e5 });
    expect([...values]).toEqual([0x3c00, 0xfbff, 0, 0, 0x7bff]);
    castToFloat16(Float32Array.of(7e4, 2e-9), values, counts);
    expect(counts).toEqual({ clampedCount: 3, flushedCount: 2, largest: 1e5 });
  });

  it('hides neither infinity nor NaN', () => {
    const counts = { clampedCount: 0, flushedCount: 0, largest: 0 };
    const values = new Uint16Array(3);
    castToFloat16(Float32Array.of(Infinity, -Infinity, NaN), values, counts);
    expect([...values]).toEqual([0x7c00, 0xfc00, 0x7e00]);
    expect(counts.clampedCount).toBe(0);
  });
});
