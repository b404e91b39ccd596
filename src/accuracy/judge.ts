import { type Precision, precisionRow } from '../../codegen/precisions.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Expectations } from '../language/spec.ts';
import type { PrecisionAccuracy, PrecisionComparison } from './accuracy.ts';

export interface JudgeOptions {
  readonly model: string;
  readonly images: number;
  readonly expect: Expectations;
  /** In place of the defaults; Infinity allows any. */
  readonly maxDrops: Readonly<Partial<Record<Precision, number>>>;
}

/** A share of a few hundred pictures is not exact in binary. */
const rounding = 1e-12;

/** Expected figures hold for fp32; another precision may lose against them what it may lose against fp32. */
function checkExpected(
  accuracy: PrecisionAccuracy,
  figure: 'top1' | 'top5',
  { model, images, expect, maxDrops }: JudgeOptions,
): readonly Diagnostic[] {
  const expected = expect[figure];
  if (!expected) return [];
  const { precision } = accuracy;
  const allowed = maxDrops[precision] ?? precisionRow(precision).maxDrop ?? 0;
  const measured = accuracy[figure];
  if (measured >= expected.value - expected.tolerance - allowed - rounding) return [];
  const { low, high } = accuracy.top1Interval;
  return [
    createDiagnostic('accuracy-below-expected', {
      model,
      precision,
      figure,
      measured,
      expected: expected.text,
      allowed,
      images,
      uncertainty: (high - low) / 2,
    }),
  ];
}

function checkDrop(
  { precision, top1Drop }: PrecisionComparison,
  { model, images, maxDrops }: JudgeOptions,
): readonly Diagnostic[] {
  const allowed = maxDrops[precision] ?? precisionRow(precision).maxDrop ?? 0;
  if (top1Drop <= allowed + rounding) return [];
  return [
    createDiagnostic('accuracy-dropped', { model, precision, drop: top1Drop, allowed, images }),
  ];
}

/** What is not acceptable about the figures, as diagnostics; none where all is well. */
export function judgeAccuracy(
  accuracies: readonly PrecisionAccuracy[],
  comparisons: readonly PrecisionComparison[],
  options: JudgeOptions,
): readonly Diagnostic[] {
  const compared = new Set(comparisons.map(({ precision }) => precision));
  return [
    ...accuracies
      // What was measured beside fp32 is judged by the drop: fp32's own distance from the expected figure is not its fault.
      .filter(({ precision }) => !compared.has(precision))
      .flatMap((accuracy) => [
        ...checkExpected(accuracy, 'top1', options),
        ...checkExpected(accuracy, 'top5', options),
      ]),
    ...comparisons.flatMap((comparison) => checkDrop(comparison, options)),
  ];
}
