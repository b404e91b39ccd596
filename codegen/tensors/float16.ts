/** The largest finite float16 (IEEE 754-2008 binary16). */
export const largestFloat16 = 65504;

/** What casts of a tensor's numbers did so far. */
export interface Float16Counts {
  /** Finite numbers beyond ±65504, which became ±65504. */
  clampedCount: number;
  /** Numbers that were not zero and became zero. */
  flushedCount: number;
  /** Largest absolute value before the cast. */
  largest: number;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The bits of a float32 as float16: round to nearest, ties to even, with subnormals; beyond the largest finite
 * value it gives ±infinity.
 */
function float16Bits(bits32: number): number {
  const sign = (bits32 >>> 16) & 0x8000;
  const magnitude = bits32 & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent by 112, round the 13 bits that fall off; a carry runs into the exponent as it should.
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  if (magnitude < 0x33000000) return sign;
  // Subnormal: the mantissa with its leading one, shifted to units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const half = 1 << (shift - 1);
  const odd = (mantissa >>> shift) & 1;
  return sign | ((mantissa + half - 1 + odd) >>> shift);
}

/** One number as float16 bits; beyond the largest finite value ±infinity. */
export function toFloat16Bits(value: number): number {
  float[0] = value;
  return float16Bits(bits[0] as number);
}

/** The number that float16 bits stand for. */
export function fromFloat16Bits(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** The least float16 number that is not below a positive one; 65504 where none is. */
export function float16NotBelow(value: number): number {
  if (value >= largestFloat16) return largestFloat16;
  // Rounded to float32 first, a number a little above a float16 would become it.
  const nearest = toFloat16Bits(value);
  return fromFloat16Bits(fromFloat16Bits(nearest) < value ? nearest + 1 : nearest);
}

/**
 * Weights to float16: round to nearest even; finite numbers are clamped to ±65504, NaN and infinity stay what they are, so that whoever writes them sees
 * them. Adds to `counts` what the cast could not keep.
 */
export function castToFloat16(values: Float32Array, into: Uint16Array, counts: Float16Counts) {
  const input = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let { clampedCount, flushedCount } = counts;
  let largestBits = 0;
  for (let i = 0; i < input.length; i++) {
    const bits32 = input[i] as number;
    let half = float16Bits(bits32);
    const magnitude = bits32 & 0x7fffffff;
    if (magnitude > largestBits) largestBits = magnitude;
    if ((half & 0x7fff) === 0x7c00 && magnitude < 0x7f800000) {
      clampedCount++;
      half = (half & 0x8000) | 0x7bff;
    } else if ((half & 0x7fff) === 0 && magnitude !== 0) flushedCount++;
    into[i] = half;
  }
  bits[0] = largestBits;
  counts.largest = Math.max(counts.largest, float[0] as number);
  counts.clampedCount = clampedCount;
  counts.flushedCount = flushedCount;
}
