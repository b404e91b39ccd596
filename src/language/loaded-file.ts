import type { Span } from '../diagnostics/source.ts';
import type { FileNode } from './ast.ts';

/** A parsed file and the files that it brings in. */
export interface LoadedFile {
  readonly path: string;
  readonly tree: FileNode;
  /** Filled while the file is loaded. */
  readonly uses: { readonly file: LoadedFile; readonly span: Span }[];
}
