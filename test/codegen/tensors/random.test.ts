import { describe, expect, it } from 'vitest';
import { createRandomStream, hashText } from '../../../codegen/tensors/random.ts';

/** The stream as BigInt arithmetic of 32 bits has it: xorshift32 with the shifts 13, 17 and 5 (Marsaglia 2003). */
function slowStream(seed: number) {
  let state = BigInt.asUintN(32, BigInt(seed));
  return () => {
    state ^= BigInt.asUintN(32, state << 13n);
    state ^= state >> 17n;
    state ^= BigInt.asUintN(32, state << 5n);
    return state;
  };
}

describe('createRandomStream', () => {
  it.each([1, 7, 0x80000001, 0xffffffff])('of seed %i is xorshift32', (seed) => {
    const { uniform } = createRandomStream(seed);
    const slow = slowStream(seed);
    for (let i = 0; i < 50; i++) expect(uniform()).toBe(Number(slow()) / 2 ** 32);
  });

  it('makes a normal number of four uniform ones of 16 bits', () => {
    const { normal } = createRandomStream(42);
    const slow = slowStream(42);
    for (let i = 0; i < 50; i++) {
      const pair = [slow(), slow()];
      const sum = pair.reduce(
        (total, word) => total + Number(word & 0xffffn) + Number(word >> 16n),
        0,
      );
      expect(normal()).toBeCloseTo((sum - 131_070) / Math.sqrt((4 * (65_536 ** 2 - 1)) / 12), 7);
    }
  });

  it('fills as it gives one by one, and goes on behind', () => {
    const one = createRandomStream(5);
    const other = createRandomStream(5);
    const values = new Float32Array(20);
    one.fillNormal(values, 0.5);
    for (const value of values) expect(value).toBeCloseTo(other.normal() * 0.5, 6);
    expect(one.uniform()).toBe(other.uniform());
  });

  it('of seed 0 does not stay 0', () => {
    const { uniform } = createRandomStream(0);
    expect(new Set(Array.from({ length: 10 }, uniform)).size).toBe(10);
  });

  it('has mean 0, deviation 1, and nothing beyond 3.5', () => {
    const values = new Float32Array(100_000);
    createRandomStream(3).fillNormal(values, 1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    expect(Math.max(...values.map(Math.abs).slice(0, 50_000))).toBeLessThan(3.5);
  });
});

describe('hashText', () => {
  /** FNV-1a over character codes from a seed, then murmur3's finalizer, in BigInt. */
  function slowHash(text: string, seed: number): number {
    const mask = 0xffffffffn;
    let hash = (0x811c9dc5n ^ BigInt(seed)) & mask;
    for (const letter of text) hash = ((hash ^ BigInt(letter.charCodeAt(0))) * 0x01000193n) & mask;
    hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
    hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
    return Number(hash ^ (hash >> 16n));
  }

  it.each([
    ['', 0],
    ['a', 0],
    ['layer1.0.conv1.weight', 7],
    ['fc.bias', 0x7fffffff],
  ])('of %j and %i is that of FNV-1a and murmur3', (text, seed) => {
    expect(hashText(text, seed)).toBe(slowHash(text, seed));
  });
});
