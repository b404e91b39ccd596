import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readFacts } from '../../engines/read-facts.ts';
import { artifactFiles } from '../compile/artifact-files.ts';
import type { Manifest } from '../compile/manifest.ts';
import { readManifest } from '../compile/read-manifest.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { startFileDigest } from '../io/digest.ts';
import { readText } from '../io/open-file.ts';
import { sha256 } from '../io/sha256.ts';
import { type KitFacts, kitFactsSchema } from './kit-facts.ts';
import { attemptFiles, kitFiles } from './kit-files.ts';

/** A kit that was found. */
export interface OpenedKit {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly facts: KitFacts;
}

const isThere = (folder: string, file: string): boolean => existsSync(join(folder, file));

async function digestOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? await startFileDigest(path).digest() : undefined;
}

/** Files that are not as kit.sha256 says, and kit.sha256 itself where it is not as the manifest says. */
async function changedFiles(directory: string, { digest }: KitFacts): Promise<readonly string[]> {
  const text = await readText(join(directory, kitFiles.digests), 'kit');
  if (sha256(text) !== digest) return [kitFiles.digests];
  const changed: string[] = [];
  for (const line of text.split('\n').filter(Boolean)) {
    const [expected, file = ''] = line.split('  ');
    if ((await digestOf(join(directory, basename(file)))) !== expected) changed.push(file);
  }
  return changed;
}

/** What a kit's manifest says, and nothing else of its files is looked at: an attempt notes the digest of the kit that it ran. Throws DiagnosticError `kit-not-found`. */
export async function readKit(directory: string): Promise<OpenedKit> {
  if (!isThere(directory, artifactFiles.manifest)) fail('kit-not-found', { path: directory });
  const manifest = await readManifest(directory);
  if (!manifest.kit) fail('kit-not-found', { path: directory });
  const facts = readFacts(kitFactsSchema, manifest.kit, join(directory, artifactFiles.manifest));
  return { directory, manifest, facts };
}

/** The kit in a folder, whole. Throws DiagnosticError `kit-not-found` and `kit-changed`. */
export async function openKit(directory: string): Promise<OpenedKit> {
  const kit = await readKit(directory);
  const files = await changedFiles(directory, kit.facts);
  if (files.length > 0) fail('kit-changed', { path: directory, files });
  return kit;
}

/** Folders of a kit's attempts. */
async function attemptsOf(kit: string): Promise<readonly string[]> {
  const names = await readdir(join(kit, kitFiles.attempts)).catch(() => []);
  return names
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(kit, kitFiles.attempts, name))
    .filter((folder) => isThere(folder, attemptFiles.environment));
}

/** A kit and the folders of attempts that are meant by a path: one, or all of a kit. Throws DiagnosticError `kit-not-found`. */
export async function findAttempts(
  path: string,
  given: string | undefined,
): Promise<{ readonly kit: string; readonly attempts: readonly string[] }> {
  if (isThere(path, attemptFiles.environment)) {
    return { kit: given ?? dirname(dirname(resolve(path))), attempts: [path] };
  }
  if (!isThere(path, artifactFiles.manifest)) fail('kit-not-found', { path });
  return { kit: path, attempts: await attemptsOf(path) };
}
