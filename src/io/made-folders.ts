import { rmdirSync } from 'node:fs';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Makes a folder and those above it; gives those it made, the deepest first. (Node's own recursive mkdir says ENOENT where the disk is read-only.) */
export async function makeFolders(directory: string): Promise<string[]> {
  if (await isFolder(directory)) return [];
  const above = await makeFolders(dirname(directory));
  try {
    await mkdir(directory);
    return [directory, ...above];
  } catch (error) {
    // Another run made it meanwhile.
    if (await isFolder(directory)) return above;
    throw error;
  }
}

/** Removes those of the folders that hold nothing. */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => {});
}

/** As `removeFolders`, while the process ends. Throws where one holds something: those above it do, too. */
export function removeFoldersAtExit(folders: readonly string[]): void {
  for (const folder of folders) rmdirSync(folder);
}
