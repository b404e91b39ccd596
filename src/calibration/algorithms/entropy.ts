/*
 * The range that loses least information (NVIDIA's pytorch-quantization; S. Migacz, "8-bit inference with TensorRT", 2017): for every number of bins i from 128 on
 * the histogram, cut off behind bin i with the mass behind it added to bin i − 1 (P), is compared with itself spread evenly over 128 groups,
 * each group over its bins that are not empty (Q). The last i with the least Kullback-Leibler divergence KL(P‖Q) wins.
 *
 * With p and q unnormalised, P = p / Σp and Q = q / Σq, where q is Sg / ng throughout group g with the sum Sg in ng bins:
 *   KL = (Σ p log p − Σ p log q) / Σp − log Σp + log Σq
 * and the sums over p come from running sums, so that a candidate costs 128 steps and not i.
 */
import type { HistogramData } from '../histogram.ts';
import { firstCandidate } from './levels.ts';
import { runningSums } from './running-sums.ts';

const groups = 128;

const xLogX = (x: number): number => (x > 0 ? x * Math.log(x) : 0);

/** Sums of the first i bins, for every i. */
interface RunningSums {
  readonly bins: Float64Array;
  readonly mass: Float64Array;
  readonly filled: Float64Array;
  readonly xLogX: Float64Array;
}

function sumUp(bins: Float64Array): RunningSums {
  const at = (i: number): number => bins[i] as number;
  return {
    bins,
    mass: runningSums(bins.length, at),
    filled: runningSums(bins.length, (i) => (at(i) > 0 ? 1 : 0)),
    xLogX: runningSums(bins.length, (i) => xLogX(at(i))),
  };
}

/** KL(P‖Q) for the first `i` bins; infinite where P has mass in a bin in which Q has none. */
function divergence({ bins, mass, filled, xLogX: logs }: RunningSums, i: number): number {
  const total = mass[bins.length] as number;
  const inside = mass[i] as number;
  const tail = total - inside;
  const last = bins[i - 1] as number;
  if (tail > 0 && last === 0) return Number.POSITIVE_INFINITY;
  let cross = 0;
  let spread = 0;
  let start = 0;
  for (let group = 1; group <= groups; group++) {
    const end = Math.ceil((group * i) / groups);
    const sum = (mass[end] as number) - (mass[start] as number);
    const count = (filled[end] as number) - (filled[start] as number);
    start = end;
    if (count === 0) continue;
    spread = Math.log(sum / count);
    cross += sum * spread;
  }
  // `spread` is now that of the last group with anything in it, where the tail was added.
  cross += tail * spread;
  const own = (logs[i] as number) - xLogX(last) + xLogX(last + tail);
  return (own - cross) / total - Math.log(total) + Math.log(inside);
}

export function entropyRange({ counts, binWidth, largest }: HistogramData): number {
  const bins = counts.slice();
  // A ReLU puts half of everything into the first bin; it would outweigh what the range is chosen by.
  bins[0] = bins[1] ?? 0;
  const sums = sumUp(bins);
  if ((sums.mass[bins.length] as number) === 0) return largest;
  let best = { divergence: Number.POSITIVE_INFINITY, bins: bins.length };
  for (let i = firstCandidate; i <= bins.length; i++) {
    const found = divergence(sums, i);
    if (found <= best.divergence) best = { divergence: found, bins: i };
  }
  return best.bins * binWidth;
}
