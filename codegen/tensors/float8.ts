/*
 * float8e4m3fn (Micikevicius et al., FP8 Formats for Deep Learning, 2022; ONNX's type of this name): a sign, 4 bits of exponent with bias 7, 3 of
 * mantissa, subnormals, no infinity; 0x7f and 0xff are NaN.
 */

/** The largest finite float8e4m3fn. */
export const largestFloat8 = 448;

const notANumber = 0x7f;
const largestBits = 0x7e;
const exponentBias = 7;
const mantissaBits = 3;

/** The number that float8e4m3fn bits stand for. */
export function fromFloat8Bits(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const magnitude = bits & 0x7f;
  if (magnitude === notANumber) return Number.NaN;
  const exponent = magnitude >> mantissaBits;
  const mantissa = magnitude & 7;
  if (exponent === 0) return sign * mantissa * 2 ** (1 - exponentBias - mantissaBits);
  return sign * (8 + mantissa) * 2 ** (exponent - exponentBias - mantissaBits);
}

const numbers = Float64Array.from({ length: largestBits + 1 }, (_, bits) => fromFloat8Bits(bits));

/** Bits of the least magnitude that is not below a positive number of at most 448: magnitudes rise with their bits. */
function bitsNotBelow(magnitude: number): number {
  let [low, high] = [0, largestBits];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < magnitude) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Round to nearest, ties to even; numbers beyond ±448 become ±448, as QuantizeLinear saturates; NaN stays NaN. */
export function toFloat8Bits(value: number): number {
  if (Number.isNaN(value)) return notANumber;
  const sign = value < 0 || Object.is(value, -0) ? 0x80 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= largestFloat8) return sign | largestBits;
  const above = bitsNotBelow(magnitude);
  if (above === 0) return sign;
  const toAbove = (numbers[above] as number) - magnitude;
  const toBelow = magnitude - (numbers[above - 1] as number);
  const isAbove = toAbove < toBelow || (toAbove === toBelow && above % 2 === 0);
  return sign | (isAbove ? above : above - 1);
}
