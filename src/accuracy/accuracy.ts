import { precisionRow, referencePrecision } from '../../codegen/precisions.ts';
import type { Precision } from '../../engines/engine.ts';
import type { DatasetImage } from '../images/datasets/dataset.ts';
import { type EvalRecords, noClass, recordOf, spreadOf } from './records.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A class taken for another. */
export interface Confusion {
  readonly label: number;
  readonly answer: number;
  readonly count: number;
}

/** How often one precision was right. Shares are fractions. */
export interface PrecisionAccuracy {
  readonly precision: Precision;
  readonly top1: number;
  readonly top5: number;
  readonly top1Count: number;
  readonly top5Count: number;
  /** Where the share for the whole population lies with 95 % confidence (Wilson's interval). */
  readonly top1Interval: Interval;
  /** The most frequent mistakes, at most 10. */
  readonly confusions: readonly Confusion[];
}

/** A picture whose most likely class is another than fp32's. */
export interface ClassFlip {
  /** The picture's name in the data set. */
  readonly image: string;
  readonly label: number;
  readonly fp32Class: number;
  readonly answer: number;
  /** How far apart fp32's logits of the two classes are, in standard deviations of all logits. */
  readonly margin: number;
  /** The two were nearer than the precision can tell apart. */
  readonly small: boolean;
}

/** What changed from fp32 to another precision. */
export interface PrecisionComparison {
  readonly precision: Precision;
  /** Share of pictures with the same most likely class. */
  readonly agreement: number;
  /** Top-1 of fp32 minus top-1 of this precision: negative where it gained. */
  readonly top1Drop: number;
  readonly flipCount: number;
  readonly smallFlipCount: number;
  /** Right under fp32, wrong now. */
  readonly brokenCount: number;
  /** Wrong under fp32, right now. */
  readonly mendedCount: number;
  /** At most 20, largest margin first. */
  readonly flips: readonly ClassFlip[];
}

const maxConfusions = 10;
const maxFlips = 20;
/** Quantile of the normal distribution that leaves 2.5 % on each side. */
const z95 = 1.959964;

function labelAt(images: readonly DatasetImage[], place: number): number {
  const label = images[place]?.label;
  if (label === undefined) throw new Error('a picture without a label was evaluated');
  return label;
}

/** Wilson's 95 % interval of a share: holds where it is near 0 or 1, unlike the plain one. */
export function wilsonInterval(count: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 };
  const share = count / total;
  const z2 = z95 ** 2 / total;
  const center = (share + z2 / 2) / (1 + z2);
  const half = (z95 / (1 + z2)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total));
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

function countConfusions(
  top1: readonly number[],
  images: readonly DatasetImage[],
): readonly Confusion[] {
  const counts = new Map<string, Confusion>();
  for (const [place, answer] of top1.entries()) {
    const label = labelAt(images, place);
    if (answer === label || answer === noClass) continue;
    const key = `${label} ${answer}`;
    counts.set(key, { label, answer, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count || a.label - b.label || a.answer - b.answer)
    .slice(0, maxConfusions);
}

/** Figures of one precision, which answered numbers for all pictures; `images` are in the order of evaluation and have labels. */
export function measureAccuracy(
  records: EvalRecords,
  images: readonly DatasetImage[],
  precision: Precision,
): PrecisionAccuracy {
  const { top1, top5 } = recordOf(records, precision);
  const total = records.done - records.unreadable;
  const top1Count = top1.filter((answer, place) => answer === labelAt(images, place)).length;
  const top5Count = top5.reduce((sum, hit) => sum + hit, 0);
  return {
    precision,
    top1: top1Count / total,
    top5: top5Count / total,
    top1Count,
    top5Count,
    top1Interval: wilsonInterval(top1Count, total),
    confusions: countConfusions(top1, images),
  };
}

function flipsOf(
  records: EvalRecords,
  images: readonly DatasetImage[],
  precision: Precision,
): readonly ClassFlip[] {
  const { top1, margins } = recordOf(records, precision);
  const reference = recordOf(records, referencePrecision).top1;
  const spread = spreadOf(records.spread);
  return Object.entries(margins).map(([key, difference]) => {
    const place = Number(key);
    const margin = difference / spread;
    return {
      image: images[place]?.name ?? '',
      label: labelAt(images, place),
      fp32Class: reference[place] as number,
      answer: top1[place] as number,
      margin,
      // Each of the two logits may be off by the error that is expected of the precision.
      small: margin <= 2 * precisionRow(precision).tolerance.tieError,
    };
  });
}

/** What changed from fp32, of which there must be records, to another precision. */
export function compareWithFp32(
  records: EvalRecords,
  images: readonly DatasetImage[],
  precision: Precision,
): PrecisionComparison {
  const flips = flipsOf(records, images, precision);
  const total = records.done - records.unreadable;
  const broken = flips.filter(({ label, fp32Class }) => label === fp32Class).length;
  const mended = flips.filter(({ label, answer }) => label === answer).length;
  return {
    precision,
    agreement: 1 - flips.length / total,
    top1Drop: (broken - mended) / total,
    flipCount: flips.length,
    smallFlipCount: flips.filter(({ small }) => small).length,
    brokenCount: broken,
    mendedCount: mended,
    flips: flips
      .toSorted((a, b) => b.margin - a.margin || (a.image < b.image ? -1 : 1))
      .slice(0, maxFlips),
  };
}
