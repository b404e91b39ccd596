import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Entry, entryFile, readEntry } from './entry.ts';
import type { EngineCache } from './place.ts';

/** A folder of the cache. */
export interface StoredEntry {
  /** Digest of the key, which names the folder. */
  readonly digest: string;
  /** Absent where it is damaged. */
  readonly entry?: Entry | undefined;
  /** Of all its files. */
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly usedAtMs: number;
}

const keyPattern = /^[0-9a-f]{64}$/;

async function sizeOfFolder(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    sizeBytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  }
  return sizeBytes;
}

async function look(directory: string, digest: string): Promise<StoredEntry | undefined> {
  const folder = join(directory, digest);
  const { entry } = await readEntry(directory, digest);
  const mark = await stat(join(folder, entryFile)).catch(() => stat(folder).catch(() => undefined));
  // Another process has removed it meanwhile.
  if (!mark) return undefined;
  return { digest, entry, sizeBytes: await sizeOfFolder(folder), usedAtMs: mark.mtimeMs };
}

/** All that is kept, what was used last first; nothing where there is no folder that can be listed. */
export async function listEngines({ directory }: EngineCache): Promise<readonly StoredEntry[]> {
  const stored: StoredEntry[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const found = keyPattern.test(name) ? await look(directory, name) : undefined;
    if (found) stored.push(found);
  }
  return stored.toSorted((a, b) => b.usedAtMs - a.usedAtMs || (a.digest < b.digest ? -1 : 1));
}
