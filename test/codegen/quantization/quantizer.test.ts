import { describe, expect, it } from 'vitest';
import { quantizerFor, scaleOf } from '../../../codegen/quantization/quantizer.ts';

/** The numbers from the lowest to the highest integer of a type that quantisers use, as QuantizeLinear makes them. */
const integers = { int8: [-127, 127], uint8: [0, 255], float8e4m3fn: [-448, 448] } as const;

const kinds = [
  { unsigned: false, nonNegative: false },
  { unsigned: false, nonNegative: true },
  { unsigned: true, nonNegative: false },
  { unsigned: true, nonNegative: true },
];

describe('quantizerFor', () => {
  it.each([
    [kinds[0], { dataType: 'int8', zeroPoint: 0, levels: 127 }],
    [kinds[1], { dataType: 'int8', zeroPoint: 0, levels: 127 }],
    [kinds[2], { dataType: 'uint8', zeroPoint: 128, levels: 127 }],
    [kinds[3], { dataType: 'uint8', zeroPoint: 0, levels: 255 }],
  ] as const)('of %j is %j', (kind, quantizer) => {
    expect(quantizerFor(kind as (typeof kinds)[number])).toEqual(quantizer);
  });

  it.each(kinds)('%j holds the whole range, both ends of it, and wastes no step', (kind) => {
    const { dataType, zeroPoint, levels } = quantizerFor(kind);
    const [least, most] = integers[dataType];
    expect(zeroPoint + levels).toBe(most);
    expect(zeroPoint - (kind.unsigned && kind.nonNegative ? 0 : levels)).toBeGreaterThanOrEqual(
      least,
    );
  });
});

describe('scaleOf', () => {
  const symmetric = quantizerFor({ unsigned: false, nonNegative: false });

  it('is a float32 number, a level of which is the range', () => {
    expect(scaleOf(2, symmetric)).toBe(Math.fround(2 / 127));
    expect(scaleOf(2, quantizerFor({ unsigned: true, nonNegative: true }))).toBe(
      Math.fround(2 / 255),
    );
  });

  it.each([0, 2 ** -100])('takes 1 for the range where it is %d: nothing was seen', (range) => {
    expect(scaleOf(range, symmetric)).toBe(Math.fround(1 / 127));
  });

  it('takes a small range as it is', () => {
    expect(scaleOf(2 ** -99, symmetric)).toBe(Math.fround(2 ** -99 / 127));
  });
});
