/*
 * Histogram of |x| of one tensor, filled as its values stream by: 2048 bins over [0, largest of the first batch that is not all 0]; later batches keep the
 * width of the bins and append more. Beyond `mostBins` neighbours are joined, so that an outlier of any size needs no memory: with 4 times as
 * many bins as at the start the resolution is never below that of the start.
 */

const firstBins = 2048;
const mostBins = 4 * firstBins;

/** The same number again and again would make each count wait for the one before it: neighbours count in lanes of their own. */
const lanes = 4;

/** The sign bit of a float32; the other bits, read as a whole number, grow with the magnitude. */
const magnitudeMask = 0x7fffffff;
const infinityBits = 0x7f800000;

function largestBits(values: Float32Array): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const whole = bits.length - (bits.length % lanes);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += lanes) {
    const p = (bits[i] as number) & magnitudeMask;
    const q = (bits[i + 1] as number) & magnitudeMask;
    const r = (bits[i + 2] as number) & magnitudeMask;
    const s = (bits[i + 3] as number) & magnitudeMask;
    if (p > a) a = p;
    if (q > b) b = q;
    if (r > c) c = r;
    if (s > d) d = s;
  }
  for (let i = whole; i < bits.length; i++) {
    const p = (bits[i] as number) & magnitudeMask;
    if (p > a) a = p;
  }
  return Math.max(a, b, c, d);
}

/** Largest |x|: NaN or Infinity where a value is. */
export function largestMagnitude(values: Float32Array): number {
  const bits = largestBits(values);
  if (bits > infinityBits) return Number.NaN;
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number;
}

/** Where values fall, and how many may be counted. */
interface Bins {
  /** Bins a unit of the values. */
  readonly scale: number;
  /** The largest value that is counted, in bins. */
  readonly top: number;
  /** Lanes of `stride` counts each, one behind another. */
  readonly counts: Int32Array;
  readonly stride: number;
}

/** Counts values from `start` on, as far as none is larger than the bins hold or is no number; gives where that ends. */
function countLanes(values: Float32Array, start: number, bins: Bins): number {
  const { scale, top, counts, stride } = bins;
  const [second, third, fourth] = [stride, 2 * stride, 3 * stride];
  let i = start;
  for (; i + lanes <= values.length; i += lanes) {
    const a = Math.abs(values[i] as number) * scale;
    const b = Math.abs(values[i + 1] as number) * scale;
    const c = Math.abs(values[i + 2] as number) * scale;
    const d = Math.abs(values[i + 3] as number) * scale;
    // Written so that it holds for what is no number, too.
    if (!(a <= top && b <= top && c <= top && d <= top)) return i;
    // `| 0` is a floor here: nothing is negative.
    (counts[a | 0] as number)++;
    (counts[second + (b | 0)] as number)++;
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

/** A histogram as the algorithms read it. */
export interface HistogramData {
  /** How many values lie in [i · binWidth, (i + 1) · binWidth). */
  readonly counts: Float64Array;
  readonly binWidth: number;
  /** Largest |x| of all. */
  readonly largest: number;
}

/** Counts of a lane stay far from what 32 bits hold. */
const mostPending = 2 ** 30;

export class Histogram {
  #counts = new Float64Array(0);
  #binWidth = 0;
  #largest = 0;
  /** Values of batches that were all 0, before there was a width. */
  #zeros = 0;
  /** What was counted since the counts were last summed up. */
  #bins: Bins = { scale: 0, top: 0, counts: new Int32Array(0), stride: 0 };
  #pending = 0;

  get largest(): number {
    return this.#largest;
  }

  /** A copy of the counts so far. */
  read(): HistogramData {
    this.#sumUp();
    return { counts: this.#counts.slice(), binWidth: this.#binWidth, largest: this.#largest };
  }

  /** Counts a batch; gives the largest |x| so far. Where a value is NaN or infinite it gives that, and the counts are of no use. */
  add(values: Float32Array): number {
    if (this.#pending + values.length > mostPending) this.#sumUp();
    this.#pending += values.length;
    const known = this.#binWidth === 0 ? 0 : countLanes(values, 0, this.#bins);
    if (known === values.length) return this.#largest;
    const largest = largestMagnitude(values.subarray(known));
    if (!Number.isFinite(largest)) return largest;
    if (largest > this.#largest) this.#reach(largest);
    if (this.#binWidth === 0) this.#zeros += values.length;
    else countLanes(values, known, this.#bins);
    return this.#largest;
  }

  #reach(largest: number): void {
    this.#sumUp();
    this.#largest = largest;
    if (this.#binWidth === 0) {
      this.#binWidth = largest / firstBins;
      this.#counts = new Float64Array(firstBins);
      this.#counts[0] = this.#zeros;
    }
    while (Math.ceil(largest / this.#binWidth) > mostBins) this.#join();
    const needed = Math.ceil(largest / this.#binWidth);
    if (needed > this.#counts.length) {
      const grown = new Float64Array(needed);
      grown.set(this.#counts);
      this.#counts = grown;
    }
    const scale = 1 / this.#binWidth;
    // One bin more than there are: the largest value lies on the end of the last one.
    const stride = this.#counts.length + 1;
    const counts = new Int32Array(lanes * stride);
    this.#bins = { scale, top: largest * scale, counts, stride };
  }

  /** Twice the width, half the bins. */
  #join(): void {
    const before = this.#counts;
    this.#counts = Float64Array.from(
      { length: Math.ceil(before.length / 2) },
      (_, i) => (before[2 * i] ?? 0) + (before[2 * i + 1] ?? 0),
    );
    this.#binWidth *= 2;
  }

  #sumUp(): void {
    const { counts, stride } = this.#bins;
    const last = this.#counts.length - 1;
    for (const [at, count] of counts.entries()) {
      const bin = Math.min(at % stride, last);
      this.#counts[bin] = (this.#counts[bin] as number) + count;
    }
    counts.fill(0);
    this.#pending = 0;
  }
}
