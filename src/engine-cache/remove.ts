import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { partialPath } from '../io/partial-names.ts';

/**
 * Takes an entry out of the cache, all at once: whoever copies from it meanwhile finds no file and builds. False where it is gone already or may not be
 * removed.
 */
export async function removeEntry(directory: string, digest: string): Promise<boolean> {
  const aside = partialPath(directory);
  try {
    await rename(join(directory, digest), aside);
    await rm(aside, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}
