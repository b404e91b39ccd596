/*
 * Files that are whole or not there: each is written under a temporary name in its own folder (partial-names.ts) and renamed when whole.
 */
import { rmSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ByteSink } from '../../codegen/onnx/byte-sink.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { onExit } from './exit-cleanup.ts';
import { whileWriting } from './file-failure.ts';
import { type FileDigest, FileSink } from './file-sink.ts';
import { makeFolders, removeFolders, removeFoldersAtExit } from './made-folders.ts';
import { partialPath, removeStalePartials } from './partial-names.ts';

async function refuseOtherThanFile(path: string): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  if (!present || present.isFile()) return;
  const reason = present.isDirectory() ? 'it is a folder' : 'it is not a regular file';
  fail('file-unwritable', { path, reason });
}

async function discard(partial: string, folders: readonly string[]): Promise<void> {
  await rm(partial).catch(() => {});
  await removeFolders(folders);
}

function discardAtExit(partial: string, folders: readonly string[]): void {
  rmSync(partial, { force: true });
  removeFoldersAtExit(folders);
}

/**
 * Lets `produce` write the file at `path` under a temporary name in the same folder, and renames it when it is whole.
 * Folders that are missing are made. When anything fails, what was at `path` is untouched and nothing new is left.
 * Throws DiagnosticError `file-unwritable` where the system refuses; what `produce` throws is passed on.
 */
export async function replaceFile<T>(
  path: string,
  produce: (partialPath: string) => Promise<T>,
): Promise<T> {
  const target = resolve(path);
  const directory = dirname(target);
  const folders = await whileWriting(path, () => makeFolders(directory));
  const partial = partialPath(directory);
  const forget = onExit(() => discardAtExit(partial, folders));
  try {
    await refuseOtherThanFile(target);
    await removeStalePartials(directory);
    const result = await produce(partial);
    // No fsync: a killed process leaves a whole file or none all the same, and after a power cut an artifact is made again.
    await whileWriting(path, () => rename(partial, target));
    return result;
  } catch (error) {
    await discard(partial, folders);
    throw error;
  } finally {
    forget();
  }
}

/**
 * Writes a file through a sink, whole or not at all (see `replaceFile`), and digests it on the way.
 * An aborted signal throws its reason at the next write.
 */
export async function writeArtifact(
  path: string,
  write: (sink: ByteSink) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<FileDigest> {
  return await replaceFile(path, async (partial) => {
    const file = await whileWriting(path, () => open(partial, 'wx'));
    try {
      const sink = new FileSink(file);
      await write({
        write(bytes) {
          signal?.throwIfAborted();
          const written = sink.write(bytes);
          return written && whileWriting(path, () => written);
        },
      });
      return await whileWriting(path, () => sink.finish());
    } finally {
      await file.close();
    }
  });
}
