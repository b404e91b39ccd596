import { readFile } from 'node:fs/promises';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../diagnostics/diagnostic.ts';
import { loadModels } from '../../language/load.ts';
import type { Spec } from '../../language/spec.ts';

export interface LoadedSpecs {
  readonly specs: readonly Spec[];
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

const isSpecPath = (path: string): boolean => /\.rn(#.*)?$/.test(path);

/** Reads and checks spec files: the models that are right, and every mistake of all files. */
export async function readSpecs(paths: readonly string[]): Promise<LoadedSpecs> {
  const others = paths.filter((path) => !isSpecPath(path));
  const loaded = await loadModels(paths.filter(isSpecPath), {
    readText: (path) => readFile(path, 'utf8'),
  });
  return {
    specs: loaded.models,
    diagnostics: [
      ...others.map((path) => createDiagnostic('not-a-spec', { path })),
      ...loaded.diagnostics,
    ],
  };
}

/** Specs without a mistake, and the warnings about them. Throws DiagnosticError with all mistakes where there is one. */
export async function loadSpecs(paths: readonly string[]): Promise<LoadedSpecs> {
  const loaded = await readSpecs(paths);
  if (hasErrors(loaded.diagnostics)) throw new DiagnosticError(...loaded.diagnostics);
  return loaded;
}
