import { type Precision, precisionRow, type Tolerance } from '../codegen/precisions.ts';
import { hasFewClasses } from './logit-unit.ts';

/** A precision's own tolerance for a network of so many classes. */
export function toleranceFor(precision: Precision, classes: number): Tolerance {
  const { tolerance, toleranceOfFewClasses = tolerance } = precisionRow(precision);
  return hasFewClasses(classes) ? toleranceOfFewClasses : tolerance;
}
