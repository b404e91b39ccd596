import { type BenchResult, benchSpec } from '../compile/bench.ts';
import { benchLimits } from '../compile/model-options.ts';
import type { Spec } from '../language/spec.ts';
import { type TimingRequest, timingLimits } from './check-numbers.ts';
import { loadModel } from './load-model.ts';
import { type ModelRequest, readyModel } from './model-request.ts';

export interface BenchRequest extends ModelRequest {
  /** How long each batch is timed; what is left out is as `rcc bench` has it. */
  readonly timing?: TimingRequest | undefined;
}

/** Latency and throughput of an engine at each batch, as `rcc bench` measures them. Throws DiagnosticError where it cannot be built or run here. */
export async function bench(
  model: string | Spec,
  request: BenchRequest = {},
): Promise<BenchResult> {
  const { spec, diagnostics } = await loadModel(model);
  const { model: options, warnings } = await readyModel(request, 'timing');
  const timing = timingLimits(request.timing ?? {}, benchLimits(options.target));
  const measured = await benchSpec(spec, { ...options, timing });
  return { ...measured, diagnostics: [...diagnostics, ...warnings, ...measured.diagnostics] };
}
