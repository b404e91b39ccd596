import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
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
