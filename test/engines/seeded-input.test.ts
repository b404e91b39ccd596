import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { numbersOf } from '../../engines/tensor-values.ts';

const shape = ['N', 3, 64, 64] as const;
const image = 3 * 64 * 64;

describe('createSeededInput', () => {
  it('is close to standard normal', () => {
    const values = numbersOf(createSeededInput({ dataType: 'float32', shape }, 16, 1));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.01);
    expect(values.every((value) => Math.abs(value) < 3.47)).toBe(true);
    // A normal distribution has 68.3 % within one deviation, four summed draws 67.
    expect(values.filter((value) => Math.abs(value) < 1).length / values.length).toBeCloseTo(
      0.67,
      1,
    );
  });

  it('is the same on every machine', () => {
    const { bytes } = createSeededInput({ dataType: 'float32', shape }, 2, 20);
    expect(createHash('sha256').update(bytes).digest('hex')).toMatchInlineSnapshot(
      `"d36abd51d9c40eedce245c2bb65bb1206ad8e91e69a3d9dfe324336f724d5d9b"`,
    );
  });

  it('begins a large batch with the images of a small one', () => {
    const one = createSeededInput({ dataType: 'float32', shape }, 1, 7);
    const four = createSeededInput({ dataType: 'float32', shape }, 4, 7);
    expect(four.shape).toEqual([4, 3, 64, 64]);
    expect(Buffer.from(four.bytes.subarray(0, image * 4)).equals(one.bytes)).toBe(true);
    expect(Buffer.from(four.bytes.subarray(image * 4, image * 8)).equals(one.bytes)).toBe(false);
  });

  it('differs from seed to seed', () => {
    const make = (seed: number) =>
      Buffer.from(createSeededInput({ dataType: 'float32', shape }, 1, seed).bytes);
    expect(make(1).equals(make(2))).toBe(false);
  });

  it('keeps a fixed batch', () => {
    const input = createSeededInput({ dataType: 'float32', shape: [5, 3, 8, 8] }, 2, 1);
    expect(input.shape).toEqual([5, 3, 8, 8]);
    expect(input.bytes.length).toBe(5 * 3 * 64 * 4);
  });

  it('gives float16 the same numbers, rounded', () => {
    const half = numbersOf(createSeededInput({ dataType: 'float16', shape }, 1, 3));
    const single = numbersOf(createSeededInput({ dataType: 'float32', shape }, 1, 3));
    expect(half.length).toBe(single.length);
    expect(half.every((value, i) => Math.abs(value - (single[i] as number)) < 2e-3)).toBe(true);
  });

  it('spreads bytes evenly for uint8', () => {
    const { bytes } = createSeededInput({ dataType: 'uint8', shape: ['N', 64, 64, 3] }, 4, 1);
    const mean = bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
    expect(Math.abs(mean - 127.5)).toBeLessThan(2);
    expect(new Set(bytes).size).toBe(256);
  });
});
