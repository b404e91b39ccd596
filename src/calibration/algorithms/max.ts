import type { HistogramData } from '../histogram.ts';

/** The largest |x| that was seen. */
export function maxRange({ largest }: HistogramData): number {
  return largest;
}
