import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { namesPath } from '../diagnostics/rename-paths.ts';
import { onExit } from './exit-cleanup.ts';
import { whileWriting } from './file-failure.ts';

function isNamedBy(error: unknown, folder: string): boolean {
  if (!(error instanceof DiagnosticError)) return false;
  return error.diagnostics.some((each) => namesPath(each, folder));
}

async function removeAllButLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.log')) await rm(join(folder, name), { recursive: true, force: true });
  }
  // Where no log is left, neither is the folder.
  await rmdir(folder).catch(() => {});
}

/**
 * Runs `work` with a folder of its own that is gone afterwards, whatever happens; only of a failure whose diagnostic names a file in it the logs stay,
 * so that the user can read them.
 */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await whileWriting(tmpdir(), () => mkdtemp(join(tmpdir(), 'rcc-')));
  const forget = onExit(() => rmSync(folder, { recursive: true }));
  let remove = () => rm(folder, { recursive: true, force: true });
  try {
    return await work(folder);
  } catch (error) {
    if (isNamedBy(error, folder)) remove = () => removeAllButLogs(folder);
    throw error;
  } finally {
    forget();
    await remove();
  }
}
