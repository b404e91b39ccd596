import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { whileWriting } from '../io/file-failure.ts';
import { makeFolders } from '../io/made-folders.ts';
import { partialPath } from '../io/partial-names.ts';

/**
 * Writes a file that is whole or as it was. As src/io/artifact.ts does, but without looking through the folder for what killed writers left: a farm's folders
 * hold a file a cell, and each would be looked at for each. Throws DiagnosticError `file-unwritable`.
 */
export async function writeWhole(path: string, text: string | Iterable<string>): Promise<void> {
  await whileWriting(path, async () => {
    await makeFolders(dirname(path));
    const partial = partialPath(dirname(path));
    try {
      await writeFile(partial, text);
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
  });
}
