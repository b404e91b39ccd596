/* Numbers that tell no classes: features and maps by their error, embeddings by their direction and by which of the inputs are near to each other. */

import { type FeatureTolerance, type Precision, precisionRow } from '../codegen/precisions.ts';
import { formatFigure } from '../src/diagnostics/format-figure.ts';
import {
  type Logits,
  readLogits,
  refusalOf,
  sentenceOf,
  splitImages,
  type Verdict,
} from './compare.ts';
import type { Tensor } from './engine.ts';
import { compareNeighbours, type NeighbourComparison } from './neighbours.ts';
import { countNonFinite } from './tensor-values.ts';
import { cosineOf, relativeErrorOf } from './vectors.ts';

export interface FeatureFigures {
  /** What they are judged as. */
  readonly kind: 'features' | 'embedding';
  /** Of an image: root mean square of the errors over that of the values. */
  readonly relativeError: { readonly max: number; readonly mean: number };
  /** Image of the largest error. */
  readonly worstImage: number;
  /** Cosine between actual and expected numbers of an image. */
  readonly cosine: { readonly min: number; readonly mean: number };
  /** Of embeddings of three images and more. */
  readonly neighbours?: NeighbourComparison;
}

export interface CompareFeaturesOptions {
  readonly precision: Precision;
  readonly kind: FeatureFigures['kind'];
  /** In place of the precision's own. */
  readonly tolerance?: FeatureTolerance | undefined;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function figuresOf(
  numbers: Logits,
  kind: FeatureFigures['kind'],
  { tie }: FeatureTolerance,
): FeatureFigures {
  const images = splitImages(numbers);
  const errors = images.map(({ actual, expected }) => relativeErrorOf(actual, expected));
  const cosines = images.map(({ actual, expected }) => cosineOf(actual, expected));
  const max = errors.reduce((most, error) => Math.max(most, error));
  const neighbours = kind === 'embedding' ? compareNeighbours(images, tie) : undefined;
  return {
    kind,
    relativeError: { max, mean: meanOf(errors) },
    worstImage: errors.indexOf(max),
    cosine: {
      min: cosines.reduce((least, cosine) => Math.min(least, cosine)),
      mean: meanOf(cosines),
    },
    ...(neighbours ? { neighbours } : {}),
  };
}

type Rule = (figures: FeatureFigures, tolerance: FeatureTolerance) => string | false;

/** One line a rule: what is out of bounds, as a clause, or nothing. */
const rules: Readonly<Record<FeatureFigures['kind'], readonly Rule[]>> = {
  features: [
    ({ relativeError: { max }, worstImage }, { maxRelativeError: limit }) =>
      !(max <= limit) &&
      `the error of image ${worstImage} is ${formatFigure(max)} of the size of its numbers (allowed: ${formatFigure(limit)})`,
  ],
  embedding: [
    ({ cosine: { min } }, { minCosine: limit }) =>
      !(min >= limit) && `an image's cosine is ${min.toFixed(6)} (at least ${limit})`,
    ({ neighbours }) =>
      neighbours !== undefined &&
      neighbours.realSwaps > 0 &&
      `${neighbours.realSwaps} of ${neighbours.pairs} pairs of neighbours changed their order, and not for a tie`,
  ],
};

function passedText({ kind, relativeError, cosine, neighbours }: FeatureFigures): string {
  if (kind === 'features')
    return `the largest error of an image is ${formatFigure(relativeError.max)} of the size of its numbers`;
  const order = neighbours
    ? `, ${neighbours.swapped} of ${neighbours.pairs} pairs of neighbours changed their order`
    : '';
  return `the least cosine is ${cosine.min.toFixed(6)}${order}`;
}

/**
 * Compares numbers [N, …] of an engine with those expected and judges them by the precision's tolerance; what is not finite fails. Throws
 * DiagnosticError `outputs-not-comparable` where the shapes differ.
 */
export function compareFeatures(
  actual: Tensor,
  expected: Tensor,
  {
    precision,
    kind,
    tolerance = precisionRow(precision).toleranceOfFeatures,
  }: CompareFeaturesOptions,
): Verdict {
  const numbers = readLogits(actual, expected);
  const { images, classes } = numbers;
  const nonFinite = {
    actual: countNonFinite(numbers.actual),
    expected: countNonFinite(numbers.expected),
  };
  const judged = { precision, images, classes, nonFinite, tolerance };
  if (nonFinite.actual + nonFinite.expected > 0) {
    return { ok: false, reason: refusalOf(nonFinite, numbers.actual.length, 'numbers'), ...judged };
  }
  const features = figuresOf(numbers, kind, tolerance);
  const failures = rules[kind]
    .map((rule) => rule(features, tolerance))
    .filter((one) => one !== false);
  const ok = failures.length === 0;
  const reason = sentenceOf(ok ? passedText(features) : failures.join('; '));
  return { ok, reason, ...judged, features };
}
