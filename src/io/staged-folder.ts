/*
 * Files that belong together are made in a folder of their own, inside of the one that they are for (which may be all that can be written), and come
 * into their places together when all of them are whole.
 */
import { type Dirent, rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail } from '../diagnostics/diagnostic.ts';
import { onExit } from './exit-cleanup.ts';
import { whileWriting } from './file-failure.ts';
import { makeFolders, removeFolders, removeFoldersAtExit } from './made-folders.ts';
import { partialPath, removeStalePartials } from './partial-names.ts';
import { swapFiles } from './swap-files.ts';

/** Which files of a folder belong together. */
export interface OwnFiles {
  isOwn(name: string): boolean;
  /** The file that says that all of them are there: it leaves first and comes last. */
  readonly seal: string;
}

export interface Staged<T> {
  readonly value: T;
  /** Whether what was made is to take its place; otherwise the folder stays as it was. */
  readonly keep: boolean;
}

/** Names of the files of ours in a folder. Throws DiagnosticError where a name of ours belongs to something else. */
async function ownNames(directory: string, { isOwn }: OwnFiles): Promise<readonly string[]> {
  const own = (await readdir(directory, { withFileTypes: true })).filter(({ name }) => isOwn(name));
  const isFile = (entry: Dirent): boolean => entry.isFile() || entry.isSymbolicLink();
  const other = own.find((entry) => !isFile(entry));
  if (other) {
    const reason = other.isDirectory() ? 'it is a folder' : 'it is not a regular file';
    fail('file-unwritable', { path: `${directory}/${other.name}`, reason });
  }
  return own.map(({ name }) => name);
}

/** What else a tool has left in `staged` goes with it. */
async function putInPlace(staged: string, directory: string, files: OwnFiles): Promise<void> {
  const { seal } = files;
  const others = (names: readonly string[]) => names.filter((name) => name !== seal);
  const earlier = await ownNames(directory, files);
  const made = (await readdir(staged)).filter(files.isOwn);
  if (!made.includes(seal)) throw new Error(`'${seal}' was not made`);
  swapFiles(staged, directory, {
    leaving: [...earlier.filter((name) => name === seal), ...others(earlier)],
    coming: [...others(made), seal],
  });
}

/**
 * Runs `work` with a folder of its own inside of `directory`, which is gone afterwards, whatever happens, with folders above it that were made and hold
 * nothing. Throws DiagnosticError `file-unwritable` where the system refuses; what `work` throws is passed on.
 */
export async function withStagedFolder<T>(
  directory: string,
  work: (staged: string) => Promise<T>,
): Promise<T> {
  const folders = await whileWriting(directory, () => makeFolders(resolve(directory)));
  const staged = partialPath(directory);
  const forget = onExit(() => {
    rmSync(staged, { recursive: true, force: true });
    removeFoldersAtExit(folders);
  });
  try {
    await removeStalePartials(directory);
    await whileWriting(directory, () => mkdir(staged));
    return await work(staged);
  } finally {
    forget();
    await rm(staged, { recursive: true }).catch(() => {});
    await removeFolders(folders);
  }
}

/**
 * Lets `work` make files in a folder of its own and puts them in `directory`, in the place of all files of ours there; others stay. When anything
 * fails, `directory` is as it was. Folders that are missing are made. Throws DiagnosticError `file-unwritable` where the system refuses; what `work` throws is
 * passed on.
 */
export async function replaceOwnFiles<T>(
  directory: string,
  files: OwnFiles,
  work: (staged: string) => Promise<Staged<T>>,
): Promise<T> {
  return await withStagedFolder(directory, async (staged) => {
    await whileWriting(directory, () => ownNames(directory, files));
    const { value, keep } = await work(staged);
    if (keep) await whileWriting(directory, () => putInPlace(staged, directory, files));
    return value;
  });
}
