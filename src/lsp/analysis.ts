import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModelNode } from '../language/ast.ts';
import { loadFiles, type SpecHost } from '../language/load.ts';
import type { LoadedFile } from '../language/loaded-file.ts';
import type { Spec } from '../language/spec.ts';

/** What is known of a file and of those that it uses. */
export interface Analysis {
  readonly file: LoadedFile;
  /** The right models, of all these files. */
  readonly specs: ReadonlyMap<ModelNode, Spec>;
  /** Mistakes of the language, in all these files. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a file as `rcc check` does; undefined: it cannot be read. */
export async function analyse(path: string, host: SpecHost): Promise<Analysis | undefined> {
  const { wanted, specs, diagnostics } = await loadFiles([path], host);
  const file = wanted[0]?.file;
  return file && { file, specs, diagnostics };
}
