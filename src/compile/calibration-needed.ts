import { precisionRow } from '../../codegen/precisions.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import type { ModelOptions } from './model-options.ts';

/** Why a model cannot be calibrated, as far as can be known before its weights are read: they are trained, and no data is named. */
export function calibrationRefusal(
  { name, weights: own }: Spec,
  { target, weights, calibrate }: ModelOptions,
): Diagnostic | undefined {
  const isTrained = (weights ?? own) !== undefined;
  const isCalibrated = precisionRow(target.form.precision).isCalibrated;
  if (!isCalibrated || !isTrained || calibrate !== undefined) return undefined;
  return createDiagnostic('calibration-data-missing', { model: name });
}
