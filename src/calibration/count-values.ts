/*
 * The loops over all values of a tensor. Another thread gets the functions as text: each holds no other function and names nothing outside of itself.
 */

/** Where values fall, and which are counted. */
export interface Bins {
  /** Bins a unit of the values. */
  readonly scale: number;
  /** The largest |x| that is counted, in bins; negative: none. */
  readonly top: number;
  /** Four lanes of `stride` counts each, one behind another: the same number again and again would make each count wait for the one before it. */
  readonly counts: Int32Array;
  readonly stride: number;
}

/** How far counting came. */
export interface Counted {
  /** Index of the first value that was not counted; the length where all were. */
  readonly end: number;
  /** Largest |x| from there on; NaN or Infinity where a value is, 0 where there is none. */
  readonly largest: number;
}

/** Counts values from `start` on as far as none is larger than `bins` hold; gives where that ends. */
export function countFrom(values: Float32Array, start: number, bins: Bins): number {
  const { scale, top, counts, stride } = bins;
  const third = 2 * stride;
  const fourth = 3 * stride;
  let i = start;
  for (; i + 4 <= values.length; i += 4) {
    const a = Math.abs(values[i] as number) * scale;
    const b = Math.abs(values[i + 1] as number) * scale;
    const c = Math.abs(values[i + 2] as number) * scale;
    const d = Math.abs(values[i + 3] as number) * scale;
    // Written so that it holds for NaN, too.
    if (!(a <= top && b <= top && c <= top && d <= top)) return i;
    // `| 0` is a floor here: nothing is negative.
    (counts[a | 0] as number)++;
    (counts[stride + (b | 0)] as number)++;
    (counts[third + (c | 0)] as number)++;
    (counts[fourth + (d | 0)] as number)++;
  }
  for (; i < values.length; i++) {
    const a = Math.abs(values[i] as number) * scale;
    if (!(a <= top)) return i;
    (counts[a | 0] as number)++;
  }
  return i;
}

/** Largest |x| from `start` on: NaN or Infinity where a value is. */
export function largestFrom(values: Float32Array, start: number): number {
  // Without the sign a float32 grows with its bits, read as a whole number; those of NaN are the largest.
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [p, q, r, s] = [0, 0, 0, 0];
  let i = start;
  for (; i + 4 <= bits.length; i += 4) {
    const a = (bits[i] as number) & 0x7fffffff;
    const b = (bits[i + 1] as number) & 0x7fffffff;
    const c = (bits[i + 2] as number) & 0x7fffffff;
    const d = (bits[i + 3] as number) & 0x7fffffff;
    if (a > p) p = a;
    if (b > q) q = b;
    if (c > r) r = c;
    if (d > s) s = d;
  }
  for (; i < bits.length; i++) {
    const a = (bits[i] as number) & 0x7fffffff;
    if (a > p) p = a;
  }
  return new Float32Array(Int32Array.of(Math.max(p, q, r, s)).buffer)[0] as number;
}
