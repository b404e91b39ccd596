import { type LoadedSpecs, loadSpecFiles } from '../../compile/spec-files.ts';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/** Specs without a mistake, and the warnings about them. Throws DiagnosticError with all mistakes where there is one. */
export async function loadSpecs(paths: readonly string[]): Promise<LoadedSpecs> {
  const loaded = await loadSpecFiles(paths);
  if (hasErrors(loaded.diagnostics)) throw new DiagnosticError(loaded.diagnostics);
  return loaded;
}
