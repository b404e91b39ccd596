import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { digestBytes } from './digest.ts';
import { createFileByteSource } from './file-byte-source.ts';

/** SHA-256 in hex of a file as it is now; undefined where there is none. Throws DiagnosticError where it is no regular file or cannot be read. */
export async function digestIfThere(path: string, what: string): Promise<string | undefined> {
  try {
    const source = createFileByteSource(path, what);
    return await digestBytes(source).finally(() => source.close());
  } catch (error) {
    const isMissing =
      error instanceof DiagnosticError &&
      error.diagnostics.every(({ code }) => code === 'file-not-found');
    if (isMissing) return undefined;
    throw error;
  }
}
