import { type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import { loadSpecs } from './load-specs.ts';

/** The only model of a spec file. Throws DiagnosticError where there are several. */
export async function loadOneSpec(
  path: string,
): Promise<{ readonly spec: Spec; readonly diagnostics: readonly Diagnostic[] }> {
  const { specs, diagnostics } = await loadSpecs([path]);
  const [spec, ...others] = specs;
  if (!spec || others.length > 0) {
    fail('one-model-needed', { path, models: specs.map(({ name }) => name) });
  }
  return { spec, diagnostics };
}
