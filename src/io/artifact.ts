/*
 * Files of an artifact. Each is written under a temporary name in its own folder and renamed when whole:
 *
 *     .rcc.HOST.PID.COUNT.partial  →  model.onnx
 *
 * A run that is killed outright leaves the partial file; the next run that writes into the folder sees from the name that its writer is gone
 * and removes it.
 */
import { rmdirSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ByteSink } from '../../codegen/onnx/byte-sink.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { onExit } from './exit-cleanup.ts';
import { whileWriting } from './file-failure.ts';
import { type FileDigest, FileSink } from './file-sink.ts';

const host = hostname()
  .replaceAll(/[^\w-]/g, '_')
  .slice(0, 64);
const partialPattern = /^\.rcc\.(?<host>.+)\.(?<pid>\d+)\.\d+\.partial$/;
/** After this long a partial file is stale wherever its writer ran: containers share folders, but neither names nor process ids. */
const partialLifeMs = 24 * 60 * 60 * 1000;

let partialCount = 0;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isStale(partial: { host: string; pid: number }, modifiedMs: number): boolean {
  if (Date.now() - modifiedMs > partialLifeMs) return true;
  if (partial.host !== host) return false;
  if (partial.pid !== process.pid) return !isRunning(partial.pid);
  // Our own id on a file older than this process: an earlier process had the same id, as in every fresh container.
  return modifiedMs < Date.now() - process.uptime() * 1000 - 1000;
}

/** Removes the partial files that killed runs left in a folder. Those of running processes stay. */
async function removeStalePartials(directory: string): Promise<void> {
  // A folder that may be written but not listed is no reason to fail.
  for (const name of await readdir(directory).catch(() => [])) {
    const found = partialPattern.exec(name)?.groups;
    if (!found?.host) continue;
    const path = join(directory, name);
    // A run beside this one may finish or clean up between any two of these calls.
    const modifiedMs = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (modifiedMs === undefined) continue;
    if (isStale({ host: found.host, pid: Number(found.pid) }, modifiedMs)) {
      await rm(path, { force: true }).catch(() => {});
    }
  }
}

async function refuseOtherThanFile(path: string): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  if (!present || present.isFile()) return;
  const reason = present.isDirectory() ? 'it is a folder' : 'it is not a regular file';
  fail('file-unwritable', { path, reason });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Makes a folder and those above it; gives those it made, the deepest first. (Node's own recursive mkdir says ENOENT where the disk is read-only.) */
async function makeFolders(directory: string): Promise<string[]> {
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

async function discard(partial: string, folders: readonly string[]): Promise<void> {
  await rm(partial, { force: true }).catch(() => {});
  for (const folder of folders) await rmdir(folder).catch(() => {});
}

function discardAtExit(partial: string, folders: readonly string[]): void {
  rmSync(partial, { force: true });
  for (const folder of folders) rmdirSync(folder);
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
  const partial = join(directory, `.rcc.${host}.${process.pid}.${partialCount++}.partial`);
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
