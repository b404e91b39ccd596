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

/** Adds `values` to lanes of `stride` bins each that lie one behind another. */
function countLanes(
  values: Float32Array,
  scale: number,
  counts: Uint32Array,
  stride: number,
): void {
  const whole = values.length - (values.length % lanes);
  const [second, third, fourth] = [stride, 2 * stride, 3 * stride];
  for (let i = 0; i < whole; i += lanes) {
    // `| 0` is a floor here: nothing is negative. Counts outside of an array are dropped, and there are none.
    (counts[(Math.abs(values[i] as number) * scale) | 0] as number)++;
    (counts[second + ((Math.abs(values[i + 1] as number) * scale) | 0)] as number)++;
    (counts[third + ((Math.abs(values[i + 2] as number) * scale) | 0)] as number)++;
    (counts[fourth + ((Math.abs(values[i + 3] as number) * scale) | 0)] as number)++;
  }
  for (let i = whole; i < values.length; i++) {
    (counts[(Math.abs(values[i] as number) * scale) | 0] as number)++;
  }
}

/** A histogram as the algorithms read it. */
export interface HistogramData {
  /** How many values lie in [i · binWidth, (i + 1) · binWidth). */
  readonly counts: Float64Array;
  readonly binWidth: number;
  /** Largest |x| of all. */
  readonly largest: number;
}

export class Histogram {
  #counts = new Float64Array(0);
  #binWidth = 0;
  #largest = 0;
  /** Values of batches that were all 0, before there was a width. */
  #zeros = 0;

  get largest(): number {
    return this.#largest;
  }

  /** A copy of the counts so far. */
  read(): HistogramData {
    return { counts: this.#counts.slice(), binWidth: this.#binWidth, largest: this.#largest };
  }

  /** Counts a batch; gives its largest |x| and counts nothing where that is NaN or infinite. */
  add(values: Float32Array): number {
    const largest = largestMagnitude(values);
    if (!Number.isFinite(largest)) return largest;
    if (largest > this.#largest) this.#reach(largest);
    if (this.#binWidth === 0) this.#zeros += values.length;
    else this.#count(values);
    return largest;
  }

  #reach(largest: number): void {
    this.#largest = largest;
    if (this.#binWidth === 0) {
      this.#binWidth = largest / firstBins;
      this.#counts = new Float64Array(firstBins);
      this.#counts[0] = this.#zeros;
      return;
    }
    while (Math.ceil(largest / this.#binWidth) > mostBins) this.#join();
    const needed = Math.ceil(largest / this.#binWidth);
    if (needed <= this.#counts.length) return;
    const grown = new Float64Array(needed);
    grown.set(this.#counts);
    this.#counts = grown;
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

  #count(values: Float32Array): void {
    // One bin more than there are: the largest value lies on the end of the last one.
    const stride = this.#counts.length + 1;
    const counted = new Uint32Array(lanes * stride);
    countLanes(values, 1 / this.#binWidth, counted, stride);
    const last = this.#counts.length - 1;
    for (let lane = 0; lane < lanes; lane++) {
      for (let i = 0; i < stride; i++) {
        const bin = Math.min(i, last);
        this.#counts[bin] = (this.#counts[bin] as number) + (counted[lane * stride + i] as number);
      }
    }
  }
}
