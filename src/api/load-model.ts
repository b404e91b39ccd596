import { checkExpectations } from '../compile/expectations.ts';
import { type LoadedSpec, loadOneSpec } from '../compile/spec-files.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';

/** A path (`FILE.rn`, or `FILE.rn#MODEL` where the file holds several), the name of a spec that comes with the package, or a spec that was loaded before. Throws DiagnosticError with every mistake of the file. */
export async function loadModel(model: string | Spec): Promise<LoadedSpec> {
  return typeof model === 'string' ? await loadOneSpec(model) : { spec: model, diagnostics: [] };
}

/** As `loadModel`. Throws DiagnosticError where the network has not the figures that its spec expects. */
export async function loadExpectedModel(model: string | Spec): Promise<LoadedSpec> {
  const loaded = await loadModel(model);
  const { diagnostics } = checkExpectations(loaded.spec);
  if (diagnostics.length > 0) throw new DiagnosticError([...loaded.diagnostics, ...diagnostics]);
  return loaded;
}
