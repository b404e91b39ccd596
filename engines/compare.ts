import { sameShape } from '../codegen/ir/types.ts';
import type { FeatureTolerance, Tolerance } from '../codegen/precisions.ts';
import { fail } from '../src/diagnostics/diagnostic.ts';
import { formatFigure } from '../src/diagnostics/format-figure.ts';
import type { FeatureFigures } from './compare-features.ts';
import type { Precision, Tensor } from './engine.ts';
import { unitOf } from './logit-unit.ts';
import { compareRankings, type RankingComparison } from './ranking.ts';
import { median, percentile, sortAscending } from './statistics.ts';
import { countNonFinite, numbersOf } from './tensor-values.ts';
import { toleranceFor } from './tolerances.ts';
import { cosineOf } from './vectors.ts';

export interface ErrorSummary {
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  readonly p99: number;
}

/** How far logits are from those expected; there are no such figures where either hold NaN or infinity. */
export interface VerdictFigures extends RankingComparison {
  /** The unit of relative errors, and what it is in words (see `unitOf`). */
  readonly spread: number;
  readonly unit: string;
  readonly absoluteError: ErrorSummary;
  /** Absolute errors over `spread`. */
  readonly relativeError: ErrorSummary;
  /** Image and class of the largest error. */
  readonly worst: { readonly image: number; readonly class: number };
  /** Cosine between actual and expected logits of an image. */
  readonly cosine: { readonly min: number; readonly mean: number };
}

export interface Judged {
  readonly ok: boolean;
  /** What is out of bounds, or what the largest error is; one sentence. */
  readonly reason: string;
  readonly precision: Precision;
  readonly images: number;
  readonly classes: number;
  /** How many numbers are NaN or infinite. */
  readonly nonFinite: { readonly actual: number; readonly expected: number };
  readonly tolerance: Tolerance | FeatureTolerance;
  /** Which output, where that is not the logits of a network that puts out nothing else. */
  readonly output?: string;
  /** How numbers compare that tell no classes. */
  readonly features?: FeatureFigures;
  /** The verdict on each output, where there are several: this one is the worst. */
  readonly outputs?: readonly Verdict[];
}

/** How an engine's logits compare with the expected ones, and whether that is acceptable. */
export type Verdict = Judged & (VerdictFigures | { readonly [K in keyof VerdictFigures]?: never });

export interface CompareOptions {
  readonly precision: Precision;
  /** In place of the precision's own. */
  readonly tolerance?: Tolerance | undefined;
  /** See `unitOf`. */
  readonly termSize?: number | undefined;
}

export interface Logits {
  readonly actual: Float64Array;
  readonly expected: Float64Array;
  readonly images: number;
  readonly classes: number;
}

/** The numbers of both, image by image. Throws DiagnosticError where their shapes differ. */
export function readLogits(actual: Tensor, expected: Tensor): Logits {
  const [images = 0] = expected.shape;
  const values = { actual: numbersOf(actual), expected: numbersOf(expected) };
  const isAlike = sameShape(actual.shape, expected.shape);
  if (!isAlike || expected.shape.length < 2 || values.expected.length === 0) {
    fail('outputs-not-comparable', { actual: actual.shape, expected: expected.shape });
  }
  return { ...values, images, classes: values.expected.length / images };
}

function errorsOf({ actual, expected }: Logits): Float64Array {
  return actual.map((value, index) => Math.abs(value - (expected[index] as number)));
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

/** The numbers of each image. */
export function splitImages({ actual, expected, images, classes }: Logits) {
  return Array.from({ length: images }, (_, image) => ({
    actual: actual.subarray(image * classes, (image + 1) * classes),
    expected: expected.subarray(image * classes, (image + 1) * classes),
  }));
}

type Measures = VerdictFigures & Pick<Judged, 'images'> & { readonly tolerance: Tolerance };

/** One line a rule: what is out of bounds, as a clause, or nothing. */
const rules: readonly ((measures: Measures) => string | false)[] = [
  ({ relativeError: { max }, tolerance: { maxError: limit }, unit }) =>
    limit !== undefined &&
    !(max <= limit) &&
    `the largest error is ${formatFigure(max)} of ${unit} (allowed: ${formatFigure(limit)})`,
  ({ relativeError: { mean }, tolerance: { meanError: limit }, unit }) =>
    limit !== undefined &&
    !(mean <= limit) &&
    `the mean error is ${formatFigure(mean)} of ${unit} (allowed: ${formatFigure(limit)})`,
  ({ cosine: { min }, tolerance: { minCosine: limit } }) =>
    limit !== undefined &&
    !(min >= limit) &&
    `an image's cosine is ${min.toFixed(4)} (at least ${limit})`,
  ({ realFlipCount, images, tolerance: { flipShare } }) =>
    realFlipCount > flipShare * images &&
    `the most likely class of ${realFlipCount} of ${images} images changed, and not for a tie`,
];

export function sentenceOf(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

function judge(measures: Measures): Pick<Judged, 'ok' | 'reason'> {
  const failures = rules.map((rule) => rule(measures)).filter((failure) => failure !== false);
  const { relativeError, cosine, unit } = measures;
  const passed = `the largest error is ${formatFigure(relativeError.max)} of ${unit}, the least cosine ${cosine.min.toFixed(6)}`;
  const ok = failures.length === 0;
  return { ok, reason: sentenceOf(ok ? passed : failures.join('; ')) };
}

/** Why numbers are not judged any further: some are no numbers. */
export function refusalOf(
  { actual, expected }: Judged['nonFinite'],
  total: number,
  what = 'logits',
): string {
  const clauses = [
    ...(expected > 0 ? [`${expected} of the ${total} expected ${what} are NaN or infinite`] : []),
    ...(actual > 0 ? [`${actual} of ${total} ${what} are NaN or infinite`] : []),
  ];
  return sentenceOf(clauses.join('; '));
}

function figuresOf(
  logits: Logits,
  tolerance: Tolerance,
  termSize: number | undefined,
): VerdictFigures {
  const { size: spread, name: unit } = unitOf(logits.expected, logits.classes, termSize);
  const errors = errorsOf(logits);
  const absoluteError = summarizeErrors(errors);
  const worst = errors.indexOf(absoluteError.max);
  const images = splitImages(logits);
  const cosines = images.map((image) => cosineOf(image.actual, image.expected));
  return {
    spread,
    unit,
    absoluteError,
    relativeError: scale(absoluteError, 1 / spread),
    worst: { image: Math.floor(worst / logits.classes), class: worst % logits.classes },
    cosine: {
      min: cosines.reduce((least, cosine) => Math.min(least, cosine)),
      mean: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length,
    },
    ...compareRankings(images, spread, 2 * tolerance.tieError),
  };
}

/**
 * Compares logits [N, classes] of an engine with those expected and judges them by the precision's tolerance. Logits that are not finite fail, whatever
 * was expected. Throws DiagnosticError `outputs-not-comparable` where the shapes differ.
 */
export function compareOutputs(actual: Tensor, expected: Tensor, options: CompareOptions): Verdict {
  const logits = readLogits(actual, expected);
  const { images, classes } = logits;
  const { precision, tolerance = toleranceFor(precision, classes), termSize } = options;
  const nonFinite = {
    actual: countNonFinite(logits.actual),
    expected: countNonFinite(logits.expected),
  };
  const judged = { precision, images, classes, nonFinite, tolerance };
  if (nonFinite.actual + nonFinite.expected > 0) {
    return { ok: false, reason: refusalOf(nonFinite, logits.actual.length), ...judged };
  }
  const figures = figuresOf(logits, tolerance, termSize);
  return { ...judge({ ...judged, ...figures }), ...judged, ...figures };
}
