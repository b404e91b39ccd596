/*
 * Histogram of |x| of one tensor, filled as its values stream by: 2048 bins over [0, largest of the first batch that is not all 0]; later batches keep the
 * width of the bins and append more. Beyond `mostBins` neighbours are joined, so that an outlier of any size needs no memory: with 4 times as
 * many bins as at the start the resolution is never below that of the start.
 */
import type { Bins, Counted } from './bins.ts';
import { countFrom, largestFrom } from './count-values.mjs';
import type { SentValues } from './counting-thread.ts';

const firstBins = 2048;
const mostBins = 4 * firstBins;

const lanes = 4;
const noBins: Bins = { scale: 0, top: -1, counts: new Int32Array(0), stride: 0 };

/** Largest |x|: NaN or Infinity where a value is. */
export function largestMagnitude(values: Float32Array): number {
  return largestFrom(values, 0);
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

/** What is to be counted next of a batch. */
interface Step {
  readonly start: number;
  readonly bins: Bins;
}

export class Histogram {
  #counts = new Float64Array(0);
  #binWidth = 0;
  #largest = 0;
  /** Values of batches that were all 0, before there was a width. */
  #zeros = 0;
  /** What was counted since the counts were last summed up. */
  #bins = noBins;
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
    const steps = this.#count(values.length);
    let step = steps.next();
    while (!step.done) {
      const end = countFrom(values, step.value.start, step.value.bins);
      step = steps.next({ end, largest: largestFrom(values, end) });
    }
    return step.value;
  }

  /** As `add`, of an array in another thread; one batch after another. */
  async addSent(values: SentValues): Promise<number> {
    const steps = this.#count(values.length);
    let step = steps.next();
    while (!step.done) step = steps.next(await values.count(step.value.start, step.value.bins));
    return step.value;
  }

  *#count(length: number): Generator<Step, number, Counted> {
    if (this.#pending + length > mostPending) this.#sumUp();
    this.#pending += length;
    let start = 0;
    while (start < length) {
      const { end, largest } = yield { start, bins: this.#bins };
      if (!Number.isFinite(largest)) return largest;
      if (end < length && largest === 0) {
        this.#zeros += length;
        return 0;
      }
      if (end < length) this.#reach(largest);
      start = end;
    }
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
    // Seen by the thread that counts, too.
    const counts = new Int32Array(new SharedArrayBuffer(lanes * stride * 4));
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
