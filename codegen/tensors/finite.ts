/*
 * Whether numbers are finite. A sum in float64 of float32 numbers cannot overflow, so that it is finite just where all of them are. There are four sums,
 * which do not wait for each other.
 */

function areFinite(values: Float32Array): boolean {
  const whole = values.length - (values.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += values[i] as number;
    b += values[i + 1] as number;
    c += values[i + 2] as number;
    d += values[i + 3] as number;
  }
  for (let i = whole; i < values.length; i++) a += values[i] as number;
  return Number.isFinite(a + b + c + d);
}

/** Index of the first NaN or infinity, −1 where there is none. */
export function firstNotFinite(values: Float32Array): number {
  return areFinite(values) ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

/** Bits of a float16's exponent; all of them are set in NaN and infinity, and in no other. */
const exponent16 = 0x7c00;

/** The same of float16 numbers, by their bits. */
export function firstNotFinite16(bits: Uint16Array): number {
  let largest = 0;
  for (let i = 0; i < bits.length; i++) {
    const exponent = (bits[i] as number) & exponent16;
    if (exponent > largest) largest = exponent;
  }
  return largest < exponent16 ? -1 : bits.findIndex((half) => (half & exponent16) === exponent16);
}
