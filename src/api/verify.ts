import { type Verification, type VerifyOptions, verifySpec } from '../compile/verify.ts';
import type { Spec } from '../language/spec.ts';
import { loadModel } from './load-model.ts';
import { type ModelRequest, readyModel } from './model-request.ts';

export interface VerifyRequest extends ModelRequest, Pick<VerifyOptions, 'reference' | 'bisect'> {}

/**
 * What an engine computes beside the framework's own logits (the spec's `reference` or the request's), or beside the unfolded graph, as `rcc verify` tells it.
 * `verdict.ok` says whether it passed. Throws DiagnosticError where the engine cannot be built or run here.
 */
export async function verify(
  model: string | Spec,
  request: VerifyRequest = {},
): Promise<Verification> {
  const { spec, diagnostics } = await loadModel(model);
  const { model: options, warnings } = await readyModel(request, 'running');
  const { reference, bisect } = request;
  const found = await verifySpec(spec, { ...options, reference, bisect });
  return { ...found, diagnostics: [...diagnostics, ...warnings, ...found.diagnostics] };
}
