import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.ts';
import { errorCode } from '../../diagnostics/error-code.ts';
import { digestIfThere } from '../../io/digest-if-there.ts';
import { failReading } from '../../io/file-failure.ts';

/** Names in a folder; none where it is not there. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    return failReading(folder, 'folder of a repository', error);
  }
}

/** The versions in a model's folder, rising: positive integers, as Triton reads them. */
export function versionsIn(folder: string): readonly number[] {
  const names = namesIn(folder).filter((name) => /^[1-9]\d{0,15}$/.test(name));
  return names.map(Number).toSorted((a, b) => a - b);
}

export interface VersionRequest {
  /** Of the model. */
  readonly folder: string;
  /** SHA-256 in hex of what the version is to hold, by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly as: 'next' | undefined;
}

async function holds(folder: string, files: VersionRequest['files']): Promise<boolean> {
  const names = namesIn(folder);
  if (names.length !== files.size) return false;
  for (const [name, sha256] of files)
    if ((await digestIfThere(join(folder, name), 'file of a version')) !== sha256) return false;
  return true;
}

/** The version that files become: the newest where it holds them already, else the next. Throws DiagnosticError where that was not asked for: one that is there is never changed. */
export async function chooseVersion({ folder, files, as }: VersionRequest): Promise<number> {
  const newest = versionsIn(folder).at(-1);
  if (newest === undefined) return 1;
  const path = join(folder, String(newest));
  if (await holds(path, files)) return newest;
  if (as !== 'next') fail('deploy-version-exists', { path });
  return newest + 1;
}
