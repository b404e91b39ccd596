/*
 * The loops over all values of a tensor: JavaScript, as the thread that counts runs them too. Not checked by TypeScript, which takes each element of an
 * array for undefined.
 */

/**
 * Counts values from `start` on as far as none is larger than `bins` hold; gives where that ends.
 *
 * @param {Float32Array} values
 * @param {number} start
 * @param {import('./bins.ts').Bins} bins
 * @returns {number}
 */
export function countFrom(values, start, bins) {
  const { scale, top, counts, stride } = bins;
  const third = 2 * stride;
  const fourth = 3 * stride;
  let i = start;
  for (; i + 4 <= values.length; i += 4) {
    const a = Math.abs(values[i]) * scale;
    const b = Math.abs(values[i + 1]) * scale;
    const c = Math.abs(values[i + 2]) * scale;
    const d = Math.abs(values[i + 3]) * scale;
    // Written so that it holds for NaN, too.
    if (!(a <= top && b <= top && c <= top && d <= top)) return i;
    // `| 0` is a floor here: nothing is negative.
    counts[a | 0]++;
    counts[stride + (b | 0)]++;
    counts[third + (c | 0)]++;
    counts[fourth + (d | 0)]++;
  }
  for (; i < values.length; i++) {
    const a = Math.abs(values[i]) * scale;
    if (!(a <= top)) return i;
    counts[a | 0]++;
  }
  return i;
}

/**
 * Largest |x| from `start` on: NaN or Infinity where a value is.
 *
 * @param {Float32Array} values
 * @param {number} start
 * @returns {number}
 */
export function largestFrom(values, start) {
  // Without the sign a float32 grows with its bits, read as a whole number; those of NaN are the largest.
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [p, q, r, s] = [0, 0, 0, 0];
  let i = start;
  for (; i + 4 <= bits.length; i += 4) {
    const a = bits[i] & 0x7fffffff;
    const b = bits[i + 1] & 0x7fffffff;
    const c = bits[i + 2] & 0x7fffffff;
    const d = bits[i + 3] & 0x7fffffff;
    if (a > p) p = a;
    if (b > q) q = b;
    if (c > r) r = c;
    if (d > s) s = d;
  }
  for (; i < bits.length; i++) {
    const a = bits[i] & 0x7fffffff;
    if (a > p) p = a;
  }
  return new Float32Array(Int32Array.of(Math.max(p, q, r, s)).buffer)[0];
}
