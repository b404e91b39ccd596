import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asFloat32 } from '../../../codegen/tensors/as-float32.ts';
import { fromFloat8Bits, toFloat8Bits } from '../../../codegen/tensors/float8.ts';
import { wholeTensor } from '../../../codegen/tensors/tensor-source.ts';
import { floatsOf } from '../../helpers/tensors.ts';

/** What ml_dtypes says (test/fixtures/float8_fixtures.py). */
const facts: {
  readonly values: readonly (number | null)[];
  readonly rounded: readonly (readonly [number, number])[];
} = JSON.parse(readFileSync('test/fixtures/float8.json', 'utf8'));

describe('float8e4m3fn', () => {
  it('has the 256 numbers of ml_dtypes', async () => {
    const numbers = facts.values.map((value) => value ?? Number.NaN);
    expect(facts.values.map((_, bits) => fromFloat8Bits(bits))).toEqual(numbers);
    const all = wholeTensor('float8e4m3fn', [256], () => Uint8Array.from(numbers, (_, i) => i));
    expect([...(await floatsOf(asFloat32(all)))]).toEqual(numbers);
  });

  it('rounds as ml_dtypes does, middles to even', () => {
    expect(facts.rounded.length).toBeGreaterThan(1000);
    expect(facts.rounded.map(([number]) => [number, toFloat8Bits(number)])).toEqual(facts.rounded);
  });

  it('rounds to the nearest, and saturates at 448', () => {
    const near = (value: number, bits: number): number => Math.abs(fromFloat8Bits(bits) - value);
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const bits = toFloat8Bits(value);
        const clamped = Math.max(-448, Math.min(448, value));
        for (const other of [bits - 1, bits + 1]) {
          const isNumber = Number.isFinite(fromFloat8Bits(other & 0xff));
          if (isNumber)
            expect(near(clamped, bits)).toBeLessThanOrEqual(near(clamped, other & 0xff));
        }
      }),
    );
    expect([1e9, -1e9, Infinity, 449].map(toFloat8Bits)).toEqual([0x7e, 0xfe, 0x7e, 0x7e]);
    expect(fromFloat8Bits(toFloat8Bits(Number.NaN))).toBeNaN();
  });
});
