import { sameShape } from '../codegen/ir/types.ts';
import { fail } from '../src/diagnostics/diagnostic.ts';
import type { Precision, Tensor } from './engine.ts';
import { compareRankings, type RankingComparison } from './ranking.ts';
import { median, percentile, sortAscending } from './statistics.ts';
import { numbersOf } from './tensor-values.ts';
import { type Tolerance, tolerances } from './tolerances.ts';

export interface ErrorSummary {
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  readonly p99: number;
}

/** How an engine's logits compare with the expected ones, and whether that is acceptable. */
export interface Verdict extends RankingComparison {
  readonly ok: boolean;
  /** What is out of bounds, or what the largest error is; one sentence. */
  readonly reason: string;
  readonly precision: Precision;
  readonly images: number;
  readonly classes: number;
  /** Standard deviation of all expected logits: the unit of relative errors. */
  readonly spread: number;
  readonly absoluteError: ErrorSummary;
  /** Absolute errors over `spread`. */
  readonly relativeError: ErrorSummary;
  /** Image and class of the largest error. */
  readonly worst: { readonly image: number; readonly class: number };
  /** Cosine between actual and expected logits of an image. */
  readonly cosine: { readonly min: number; readonly mean: number };
  /** How many numbers are NaN or infinite. */
  readonly nonFinite: { readonly actual: number; readonly expected: number };
  readonly tolerance: Tolerance;
}

export interface CompareOptions {
  readonly precision: Precision;
  /** In place of the precision's own. */
  readonly tolerance?: Tolerance;
}

interface Logits {
  readonly actual: Float64Array;
  readonly expected: Float64Array;
  readonly images: number;
  readonly classes: number;
}

function readLogits(actual: Tensor, expected: Tensor): Logits {
  const [images = 0] = expected.shape;
  const values = { actual: numbersOf(actual), expected: numbersOf(expected) };
  const isAlike = sameShape(actual.shape, expected.shape);
  if (!isAlike || expected.shape.length < 2 || values.expected.length === 0) {
    fail('outputs-not-comparable', { actual: actual.shape, expected: expected.shape });
  }
  return { ...values, images, classes: values.expected.length / images };
}

function countNonFinite(values: Float64Array): number {
  return values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
}

/** The unit of relative errors: the standard deviation; where all logits are equal, their size; where all are 0, 1. */
function spreadOf(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length;
  const deviation = Math.sqrt(variance);
  // Equal logits have a deviation of rounding only.
  return deviation > Math.abs(mean) * 1e-12 ? deviation : Math.abs(mean) || 1;
}

function errorsOf({ actual, expected }: Logits): Float64Array {
  return actual.map((value, index) => {
    const error = Math.abs(value - (expected[index] as number));
    return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
  });
}

function summarizeErrors(errors: Float64Array): ErrorSummary {
  const sorted = sortAscending(errors);
  return {
    max: sorted.at(-1) as number,
    mean: sorted.reduce((sum, error) => sum + error, 0) / sorted.length,
    median: median(sorted),
    p99: percentile(sorted, 99),
  };
}

function scale(summary: ErrorSummary, factor: number): ErrorSummary {
  const { max, mean, median, p99 } = summary;
  return { max: max * factor, mean: mean * factor, median: median * factor, p99: p99 * factor };
}

/** Cosine of two vectors: 1 for two of zeros, 0 where one is of zeros or not finite. */
function cosineOf(a: Float64Array, b: Float64Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa === 0 && bb === 0) return 1;
  const cosine = dot / Math.sqrt(aa * bb);
  return Number.isFinite(cosine) ? cosine : 0;
}

function splitImages({ actual, expected, images, classes }: Logits) {
  return Array.from({ length: images }, (_, image) => ({
    actual: actual.subarray(image * classes, (image + 1) * classes),
    expected: expected.subarray(image * classes, (image + 1) * classes),
  }));
}

/** Two digits, without zeros behind the point. */
const show = (value: number): string => String(Number(value.toPrecision(2)));

type Measures = Omit<Verdict, 'ok' | 'reason'>;

/** One line a rule: what is out of bounds, as a clause, or nothing. */
const rules: readonly ((measures: Measures) => string | false)[] = [
  ({ nonFinite }) =>
    nonFinite.expected > 0 && `${nonFinite.expected} of the expected logits are NaN or infinite`,
  ({ nonFinite }) => nonFinite.actual > 0 && `${nonFinite.actual} logits are NaN or infinite`,
  ({ relativeError: { max }, tolerance: { maxError: limit } }) =>
    limit !== undefined &&
    !(max <= limit) &&
    `the largest error is ${show(max)} of the logits' standard deviation (allowed: ${show(limit)})`,
  ({ relativeError: { mean }, tolerance: { meanError: limit } }) =>
    limit !== undefined &&
    !(mean <= limit) &&
    `the mean error is ${show(mean)} of the logits' standard deviation (allowed: ${show(limit)})`,
  ({ cosine: { min }, tolerance: { minCosine: limit } }) =>
    limit !== undefined &&
    !(min >= limit) &&
    `an image's cosine is ${min.toFixed(4)} (at least ${limit})`,
  ({ realFlipCount, images, tolerance: { flipShare } }) =>
    realFlipCount > flipShare * images &&
    `the most likely class of ${realFlipCount} of ${images} images changed, and not for a tie`,
];

function judge(measures: Measures): Pick<Verdict, 'ok' | 'reason'> {
  const failures = rules.map((rule) => rule(measures)).filter((failure) => failure !== false);
  const { relativeError, cosine } = measures;
  const passed = `the largest error is ${show(relativeError.max)} of the logits' standard deviation, the least cosine ${cosine.min.toFixed(6)}`;
  const sentence = failures.length > 0 ? failures.join('; ') : passed;
  return {
    ok: failures.length === 0,
    reason: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
  };
}

/**
 * Compares logits [N, classes] of an engine with those expected and judges them by the precision's tolerance.
 * Throws DiagnosticError `outputs-not-comparable` where the shapes differ.
 */
export function compareOutputs(actual: Tensor, expected: Tensor, options: CompareOptions): Verdict {
  const logits = readLogits(actual, expected);
  const tolerance = options.tolerance ?? tolerances[options.precision];
  const spread = spreadOf(logits.expected);
  const errors = errorsOf(logits);
  const absoluteError = summarizeErrors(errors);
  const worst = errors.indexOf(absoluteError.max);
  const images = splitImages(logits);
  const cosines = images.map((image) => cosineOf(image.actual, image.expected));
  const measures: Measures = {
    precision: options.precision,
    images: logits.images,
    classes: logits.classes,
    spread,
    absoluteError,
    relativeError: scale(absoluteError, 1 / spread),
    worst: { image: Math.floor(worst / logits.classes), class: worst % logits.classes },
    cosine: {
      min: cosines.reduce((least, cosine) => Math.min(least, cosine)),
      mean: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length,
    },
    nonFinite: {
      actual: countNonFinite(logits.actual),
      expected: countNonFinite(logits.expected),
    },
    ...compareRankings(images, spread, 2 * tolerance.tieError),
    tolerance,
  };
  return { ...measures, ...judge(measures) };
}
