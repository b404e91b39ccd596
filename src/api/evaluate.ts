import { type Precision, referencePrecision } from '../../codegen/precisions.ts';
import type { Evaluation } from '../accuracy/evaluate.ts';
import { type EvaluateSpecOptions, evaluateSpec } from '../compile/evaluate.ts';
import type { ModelOptions } from '../compile/model-options.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import { loadModel } from './load-model.ts';
import { type ModelRequest, readyModel } from './model-request.ts';

export interface EvaluateRequest
  extends Omit<ModelRequest, 'precision' | 'batch' | 'batches'>,
    Omit<EvaluateSpecOptions, 'models'> {
  /** Default: `fp32` alone. */
  readonly precisions?: readonly Precision[] | undefined;
}

/** Pictures in a run. */
const batches: readonly number[] = [8];

/**
 * Top-1 and top-5 of each precision on labelled pictures (`data`: a folder or an archive), side by side, as `rcc eval` counts them.
 * `ok` is false where a precision loses too much. Throws DiagnosticError where an engine cannot be built or run here.
 */
export async function evaluate(
  model: string | Spec,
  request: EvaluateRequest,
): Promise<Evaluation> {
  const { spec, diagnostics } = await loadModel(model);
  const { precisions = [referencePrecision], ...rest } = request;
  const found = new Map<string, Promise<unknown>>();
  const models: ModelOptions[] = [];
  const idle = new Map<string, Diagnostic>();
  for (const precision of new Set(precisions)) {
    const ready = await readyModel({ ...rest, precision, batches }, 'running', found);
    models.push(ready.model);
    for (const warning of ready.warnings) idle.set(warning.message, warning);
  }
  const evaluation = await evaluateSpec(spec, { ...rest, models });
  return {
    ...evaluation,
    diagnostics: [...diagnostics, ...idle.values(), ...evaluation.diagnostics],
  };
}
