import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
  fail,
} from '../diagnostics/diagnostic.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import { loadModels, type SpecHost } from '../language/load.ts';
import { limits } from '../language/property.ts';
import type { Spec } from '../language/spec.ts';

/** Most bytes of a UTF-16 unit in UTF-8. */
const bytesPerUnit = 3;

/** Specs as files. One that is far too large is refused before it is read. */
export const fileSpecHost: SpecHost = {
  async readText(path) {
    const source = createFileByteSource(path, 'spec');
    try {
      const limitKib = limits.fileKib;
      if (source.sizeBytes > limitKib * 1024 * bytesPerUnit) {
        fail('spec-too-large', { path, limitKib });
      }
      return new TextDecoder().decode(await source.read(0, source.sizeBytes));
    } finally {
      source.close();
    }
  },
};

export interface LoadedSpecs {
  readonly specs: readonly Spec[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadedSpec {
  readonly spec: Spec;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

const isSpecPath = (path: string): boolean => /\.rn(#.*)?$/.test(path);

/** Reads and checks spec files (`FILE.rn`, or `FILE.rn#MODEL` for one model of it): the models that are right, and every mistake of all files. */
export async function loadSpecFiles(paths: readonly string[]): Promise<LoadedSpecs> {
  const others = paths.filter((path) => !isSpecPath(path));
  const loaded = await loadModels(paths.filter(isSpecPath), fileSpecHost);
  return {
    specs: loaded.models,
    diagnostics: [
      ...others.map((path) => createDiagnostic('not-a-spec', { path })),
      ...loaded.diagnostics,
    ],
  };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/** As `loadSpecFiles`, where nothing can be done with a mistake: throws DiagnosticError with all of them; `diagnostics` are warnings. */
export async function loadSpecs(paths: string | readonly string[]): Promise<LoadedSpecs> {
  const loaded = await loadSpecFiles([paths].flat());
  if (hasErrors(loaded.diagnostics)) throw new DiagnosticError(loaded.diagnostics);
  return loaded;
}

/** The only model of a spec file. Throws DiagnosticError where there are several. */
export async function loadOneSpec(path: string): Promise<LoadedSpec> {
  const { specs, diagnostics } = await loadSpecs(path);
  const [spec, ...others] = specs;
  if (!spec || others.length > 0) {
    fail('one-model-needed', { path, models: specs.map(({ name }) => name) });
  }
  return { spec, diagnostics };
}
