import { copyFile, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { namesPath, type Renaming } from '../diagnostics/rename-paths.ts';

/**
 * Copies the logs of a folder that goes, where an error's diagnostics name them, into a folder of their own that stays, so that the user can read them.
 * Gives their new paths; a log that cannot be copied has none.
 */
export async function keepNamedLogs(error: unknown, folder: string): Promise<readonly Renaming[]> {
  if (!(error instanceof DiagnosticError)) return [];
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log'));
  const named = names.filter((name) =>
    error.diagnostics.some((each) => namesPath(each, join(basename(folder), name))),
  );
  if (named.length === 0) return [];
  try {
    const kept = await mkdtemp(join(tmpdir(), 'rcc-'));
    for (const name of named) await copyFile(join(folder, name), join(kept, name));
    return named.flatMap((name): Renaming[] => [
      [join(resolve(folder), name), join(kept, name)],
      [join(folder, name), join(kept, name)],
    ]);
  } catch {
    // What is wrong with the run matters more than its log.
    return [];
  }
}
