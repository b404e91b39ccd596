import { artifactDirectory } from '../compile/artifact-files.ts';
import { type Compilation, compileSpec } from '../compile/compile.ts';
import { firstImpression } from '../compile/model-options.ts';
import type { Spec } from '../language/spec.ts';
import { type TimingRequest, timingLimits } from './check-numbers.ts';
import { loadExpectedModel } from './load-model.ts';
import { type ModelRequest, readyModel } from './model-request.ts';

export interface CompileRequest extends ModelRequest {
  /** Folder of the artifact; default `build/MODEL/PRECISION`. */
  readonly directory?: string | undefined;
  /** Whether what was made is run against the unfolded graph and the spec's reference, and withheld where it fails; default true. */
  readonly verify?: boolean | undefined;
  /** Times the engine at each batch; `{}`: as long as `rcc compile` does. Default: it is not timed. */
  readonly timing?: TimingRequest | undefined;
}

/**
 * Spec and weights to a verified engine, as `rcc compile` makes it: `model` is a path (`FILE.rn`, or `FILE.rn#MODEL`) or a loaded spec.
 * The result has no `directory` where the verdict is not acceptable: nothing was written, and `diagnostics` say why.
 * Throws DiagnosticError for what the user or an outside program did wrong, and the signal's reason where it is aborted; the folder is then as it was.
 */
export async function compile(
  model: string | Spec,
  request: CompileRequest = {},
): Promise<Compilation> {
  const { spec, diagnostics } = await loadExpectedModel(model);
  const { model: options, warnings } = await readyModel(request);
  const { directory = artifactDirectory(spec.name, options.target.precision) } = request;
  const { verify, timing } = request;
  const limits = timing && timingLimits(timing, firstImpression);
  const made = await compileSpec(spec, { ...options, directory, verify, timing: limits });
  return { ...made, diagnostics: [...diagnostics, ...warnings, ...made.diagnostics] };
}
