import type { Precision } from './engine.ts';
import { hasFewClasses } from './logit-unit.ts';

/** What an engine's logits may differ from the expected ones. Errors are in the unit of the expected logits (see logit-unit.ts). */
export interface Tolerance {
  /** Largest error of any logit. */
  readonly maxError?: number;
  readonly meanError?: number;
  /** Least cosine of any image's logits. */
  readonly minCosine?: number;
  /** Largest share of images whose top-1 changes although it was no tie. */
  readonly flipShare: number;
  /** Error that is expected of single logits: two of them nearer than twice this are a tie. */
  readonly tieError: number;
  /** Why these figures, in one sentence. */
  readonly reason: string;
}

/*
 * Seen errors, in the logits' standard deviation, of ResNets whose batch norm was folded in float64, against the framework:
 * float32 5e-6 (depth 18), 1.5e-5 (50), 3.7e-5 (200); weights rounded to float16 0.002, 0.003, 0.013. Int8 graphs of ResNet50 have cosines of
 * 0.9998 and more, where 0.99 is an error of a seventh of the logits' length.
 */
export const tolerances: Readonly<Record<Precision, Tolerance>> = {
  fp32: {
    maxError: 2e-4,
    flipShare: 0,
    tieError: 2e-4,
    reason:
      'Summing float32 in another order moves logits by up to 4e-5 of their standard deviation at depth 200; five times that is allowed, and a mistake moves them far more.',
  },
  fp16: {
    maxError: 0.05,
    meanError: 0.01,
    flipShare: 0,
    tieError: 0.05,
    reason:
      'Weights rounded to float16 move logits by up to 0.013 of their standard deviation at depth 200; rounded activations add to it, so four times that is allowed.',
  },
  int8: {
    minCosine: 0.99,
    flipShare: 0.01,
    tieError: 0.1,
    reason:
      'Int8 keeps the direction of the logits, not each value: every image has to keep it, and 99 of 100 their first class unless it was nearly a tie.',
  },
};

/** A cosine is the sign alone where there is one class, and hardly more where there are few; there each logit is judged by its error. */
const int8OfFewClasses: Tolerance = {
  maxError: 0.4,
  flipShare: 0.01,
  tieError: 0.1,
  reason:
    'A cosine of few logits says little, so each logit is judged: its error may be three times the seventh of their size that the cosine of many allows on average.',
};

/** A precision's own tolerance for a network of so many classes. */
export function toleranceFor(precision: Precision, classes: number): Tolerance {
  return precision === 'int8' && hasFewClasses(classes) ? int8OfFewClasses : tolerances[precision];
}
