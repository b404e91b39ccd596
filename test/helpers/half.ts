/*
 * float16 from its definition (IEEE 754-2008 binary16) and not from rcc's: a table of all its numbers, and of two neighbours the nearer one;
 * where both are as near, the one with an even last bit.
 */

/** Bits of the first number that is not finite. */
const infinity = 0x7c00;

function numberOf(bits: number): number {
  const exponent = bits >> 10;
  const fraction = bits & 0x3ff;
  return exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
}

/** Finite numbers from 0 on, by their bits, which rise with them. */
const halves = Float64Array.from({ length: infinity }, (_, bits) => numberOf(bits));

/** Bits of the largest number that is not above the magnitude. */
function bitsBelow(magnitude: number): number {
  let low = 0;
  let high = infinity - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((halves[middle] as number) <= magnitude) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Bits of the float16 number nearest to a finite one; the largest finite stands for all beyond it. */
export function nearestHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  const low = bitsBelow(magnitude);
  const below = magnitude - (halves[low] as number);
  const above = (halves[low + 1] ?? Number.POSITIVE_INFINITY) - magnitude;
  const isUp = above < below || (above === below && low % 2 === 1);
  return sign | (isUp ? low + 1 : low);
}

/** The number that finite float16 bits stand for. */
export function halfValue(bits: number): number {
  const magnitude = halves[bits & 0x7fff];
  if (magnitude === undefined) throw new Error(`${bits} are the bits of no finite number`);
  return bits & 0x8000 ? -magnitude : magnitude;
}
