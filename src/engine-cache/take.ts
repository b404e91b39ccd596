import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltEngine } from '../../engines/engine.ts';
import { type EngineKey, keyDigest } from '../../engines/engine-key.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { digestFile } from '../io/digest.ts';
import { whileWriting } from '../io/file-failure.ts';
import { copyFile } from '../io/open-file.ts';
import { type Entry, entryFile, readEntry } from './entry.ts';
import type { EngineCache } from './place.ts';
import { removeEntry } from './remove.ts';

/** An engine that was taken, or why the entry of its key was of no use and is gone; neither where there is none. */
export interface Taking {
  readonly built?: BuiltEngine;
  /** ISO time. */
  readonly builtAt?: string;
  readonly problem?: string;
}

interface KeptFile {
  readonly file: string;
  readonly sha256: string;
}

const filesOf = ({ engines, companions }: Entry): readonly KeptFile[] => [
  ...engines,
  ...companions,
];

/** Copies a file, and says what is wrong with it. */
async function copyOne(from: string, to: string, { file, sha256 }: KeptFile) {
  try {
    await whileWriting(to, () => copyFile(from, to, 'engine'));
  } catch (error) {
    const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
    // A folder that cannot be written is told by the build, too.
    if (!first || first.code === 'file-unwritable') throw error;
    return `${file} cannot be read`;
  }
  return (await digestFile(to)) === sha256 ? undefined : `${file} is not what was kept`;
}

async function copyAll(entry: Entry, folder: string, directory: string) {
  for (const kept of filesOf(entry)) {
    const problem = await copyOne(join(folder, kept.file), join(directory, kept.file), kept);
    if (problem === undefined) continue;
    for (const { file } of filesOf(entry)) await rm(join(directory, file), { force: true });
    return problem;
  }
  return undefined;
}

function builtOf({ engines, companions, builtFor, facts }: Entry, directory: string) {
  const [first] = engines;
  return {
    path: join(directory, first?.file ?? ''),
    engines,
    companions: companions.map(({ file }) => file),
    builtFor,
    facts,
  };
}

async function isThere(directory: string, digest: string): Promise<boolean> {
  const { entry, problem } = await readEntry(directory, digest);
  return entry !== undefined || problem !== undefined;
}

/** Copies the engine of a key into a folder, checked. An entry that is damaged is removed. Throws DiagnosticError where `directory` cannot be written. */
export async function takeEngine(
  { directory: kept }: EngineCache,
  key: EngineKey,
  directory: string,
): Promise<Taking> {
  const startedMs = performance.now();
  const digest = keyDigest(key);
  const { entry, problem: unread } = await readEntry(kept, digest);
  if (!entry && !unread) return {};
  const problem = entry ? await copyAll(entry, join(kept, digest), directory) : unread;
  if (entry && problem === undefined) {
    // When it was used last; of a cache that cannot be written nobody needs to know.
    await utimes(join(kept, digest, entryFile), new Date(), new Date()).catch(() => {});
    const built = { ...builtOf(entry, directory), buildMs: performance.now() - startedMs };
    return { built, builtAt: entry.builtAt };
  }
  // Where another process removed it while it was copied, there is nothing to tell.
  const isGone = entry !== undefined && !(await isThere(kept, digest));
  await removeEntry(kept, digest);
  return isGone || problem === undefined ? {} : { problem };
}
