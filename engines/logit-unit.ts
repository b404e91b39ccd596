/*
 * What errors of logits are measured in. Rounding moves a logit, a sum of weighted features, by a share of the size of its terms: √Σ(wᵢfᵢ)². Where classes
 * are many, the standard deviation of all logits is of that size (within 4 % for 1000 classes, made-up weights), and it needs nothing but the logits. Over a few it is left to chance: two logits may be nearly equal, and one class has hardly any deviation at all, for its logits differ by
 * the picture only. There the size of the terms itself is the unit, or the deviation where that is larger.
 */

export interface LogitUnit {
  readonly size: number;
  /** E.g. "the logits' standard deviation". */
  readonly name: string;
}

/** From so many on the deviation of logits with equal terms is less than a fifth of their size once in a hundred thousand networks. */
const manyClasses = 8;

export function hasFewClasses(classes: number): boolean {
  return classes < manyClasses;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: Float64Array): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/**
 * The unit for finite logits. `termSize` is the root mean square of √Σ(wᵢfᵢ)² over images and classes; where it is not known (probabilities,
 * which cannot all vanish, or logits of somebody else), that of the values stands in for it. Logits that are all equal are measured by their size; zeros, by 1.
 */
export function unitOf(values: Float64Array, classes: number, termSize?: number): LogitUnit {
  const deviation = deviationOf(values);
  const size = Math.sqrt(meanOf(values.map((value) => value ** 2)));
  if (hasFewClasses(classes)) {
    const terms = termSize ?? size;
    return terms > deviation
      ? { size: terms, name: "the size of the logits' terms" }
      : { size: deviation || 1, name: "the logits' standard deviation" };
  }
  // Equal logits have a deviation of rounding only.
  const isSpread = deviation > size * 1e-12;
  return { size: isSpread ? deviation : size || 1, name: "the logits' standard deviation" };
}
