import { rmSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuiltEngine } from '../../engines/engine.ts';
import { type EngineKey, keyDigest } from '../../engines/engine-key.ts';
import { errorCode } from '../diagnostics/error-code.ts';
import { digestFile } from '../io/digest.ts';
import { onExit } from '../io/exit-cleanup.ts';
import { copyFile } from '../io/open-file.ts';
import { partialPath, removeStalePartials } from '../io/partial-names.ts';
import { type Entry, entryFile } from './entry.ts';
import type { EngineCache } from './place.ts';

export interface PutRequest {
  readonly key: EngineKey;
  /** Name of the network, for people. */
  readonly model: string;
  /** Folder of the built files. */
  readonly directory: string;
  readonly built: BuiltEngine;
}

async function entryOf({ key, model, built }: PutRequest, staged: string): Promise<Entry> {
  const companions: Entry['companions'] = [];
  for (const file of built.companions ?? []) {
    companions.push({ file, sha256: await digestFile(join(staged, file)) });
  }
  return {
    schemaVersion: 1,
    key,
    model,
    builtAt: new Date().toISOString(),
    builtFor: built.builtFor,
    facts: built.facts,
    engines: built.engines.map((engine) => ({ ...engine })),
    companions,
  };
}

async function fill(staged: string, request: PutRequest): Promise<void> {
  const { directory, built } = request;
  await mkdir(staged);
  for (const file of [...built.engines.map((engine) => engine.file), ...(built.companions ?? [])]) {
    const name = basename(file);
    await copyFile(join(directory, name), join(staged, name), 'engine');
  }
  const text = `${JSON.stringify(await entryOf(request, staged), null, 2)}\n`;
  await writeFile(join(staged, entryFile), text);
}

const takenCodes: readonly (string | undefined)[] = ['ENOTEMPTY', 'EEXIST', 'EPERM'];

/** The engine of another process, which was faster, is as good. */
async function putInPlace(staged: string, folder: string): Promise<void> {
  try {
    await rename(staged, folder);
  } catch (error) {
    if (!takenCodes.includes(errorCode(error))) throw error;
  }
}

/** Keeps a copy of what was built: all of its files come into the cache at once. Throws what the file system throws. */
export async function putEngine({ directory }: EngineCache, request: PutRequest): Promise<void> {
  await mkdir(directory, { recursive: true });
  await removeStalePartials(directory);
  const staged = partialPath(directory);
  const forget = onExit(() => rmSync(staged, { recursive: true, force: true }));
  try {
    await fill(staged, request);
    await putInPlace(staged, join(directory, keyDigest(request.key)));
  } finally {
    forget();
    await rm(staged, { recursive: true, force: true });
  }
}
