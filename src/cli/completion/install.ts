import { existsSync } from 'node:fs';
import { chmod, readlink, realpath, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { writeWhole } from '../../compile/artifact-files.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { readBytes } from '../../io/open-file.ts';
import type { OwnFile, Part, RcLines } from './places.ts';
import { withBlock, withoutBlock } from './rc-block.ts';
import { mark } from './scripts.ts';

export interface Change {
  readonly path: string;
  readonly state: 'written' | 'unchanged' | 'lines added' | 'removed' | 'lines removed';
}

/** Bytes as they are: a file of the user's may be of any encoding, and what is written into it is ASCII. */
async function textAt(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  return Buffer.from(await readBytes(path, 'file of your shell')).toString('latin1');
}

/** Where a file really is; also of a link to nothing. */
async function targetOf(path: string): Promise<string> {
  const linked = () => readlink(path).then((to) => resolve(dirname(path), to));
  return await realpath(path).catch(() => linked().catch(() => path));
}

/** Through a link to what it names, with the rights that it had. */
async function replace(path: string, text: string): Promise<void> {
  const target = await targetOf(path);
  const before = await stat(target).catch(() => undefined);
  await writeWhole(target, Buffer.from(text, 'latin1'));
  if (before) await chmod(target, before.mode & 0o777);
}

const isOurs = (text: string): boolean => text.includes(mark);

async function writeOwn({ path, text }: OwnFile): Promise<Change> {
  const there = await textAt(path);
  const wanted = Buffer.from(text).toString('latin1');
  if (there === wanted) return { path, state: 'unchanged' };
  await replace(path, wanted);
  return { path, state: 'written' };
}

async function addLines({ path, lines }: RcLines): Promise<Change> {
  const there = (await textAt(path)) ?? '';
  const latin = lines.map((line) => Buffer.from(line).toString('latin1'));
  const wanted = withBlock(there, latin);
  if (there === wanted) return { path, state: 'unchanged' };
  await replace(path, wanted);
  return { path, state: 'lines added' };
}

async function requireOwn({ file: { path } }: Part): Promise<void> {
  const there = await textAt(path);
  if (there !== undefined && !isOurs(there)) fail('completion-file-taken', { path });
}

/** Writes what is not there as it has to be; again, it changes nothing. Throws DiagnosticError, before anything is written, where a file is somebody else's. */
export async function installParts(parts: readonly Part[]): Promise<readonly Change[]> {
  for (const part of parts) await requireOwn(part);
  const changes: Change[] = [];
  for (const { file, rc } of parts) {
    changes.push(await writeOwn(file));
    if (rc) changes.push(await addLines(rc));
  }
  return changes;
}

async function removeLines({ path }: RcLines): Promise<readonly Change[]> {
  const there = await textAt(path);
  const left = there === undefined ? undefined : withoutBlock(there);
  if (left === undefined || left === there) return [];
  if (left === '') await rm(await targetOf(path));
  else await replace(path, left);
  return [{ path, state: 'lines removed' }];
}

/** Takes away what an install wrote, and nothing else. */
export async function removePart({ file, rc }: Part): Promise<readonly Change[]> {
  const changes: Change[] = rc ? [...(await removeLines(rc))] : [];
  const there = await textAt(file.path);
  if (there === undefined || !isOurs(there)) return changes;
  await rm(file.path);
  return [...changes, { path: file.path, state: 'removed' }];
}
