import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { DiagnosticCode } from '../diagnostics/messages.ts';

/** After these a half artifact helps nobody; where an engine refuses a model, the model stays to be looked into. */
const worldFailures: readonly DiagnosticCode[] = ['file-unwritable', 'interrupted'];

function isWorldFailure(error: unknown): boolean {
  return (
    error instanceof DiagnosticError &&
    error.diagnostics.some(({ code }) => worldFailures.includes(code))
  );
}

/** The folder and those above it that are not there, the deepest first. */
function missingFolders(directory: string): string[] {
  if (existsSync(directory)) return [];
  return [directory, ...missingFolders(dirname(directory))];
}

/**
 * Runs `work`, which writes the files of an artifact one after another. Where the disk refuses one, or the run is interrupted, the files that were
 * not there before are taken away again, with the folders that were made for them.
 */
export async function withFreshFiles<T>(
  directory: string,
  names: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const target = resolve(directory);
  const folders = missingFolders(target);
  const fresh = names.map((name) => join(target, name)).filter((path) => !existsSync(path));
  try {
    return await work();
  } catch (error) {
    if (isWorldFailure(error)) {
      // What told of the failure must not be hidden by another one.
      for (const path of fresh) await rm(path, { force: true }).catch(() => {});
      for (const folder of folders) await rmdir(folder).catch(() => {});
    }
    throw error;
  }
}
