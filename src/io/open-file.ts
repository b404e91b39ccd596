/*
 * Every file that comes from outside is opened here. A named pipe would keep the thread that opens it waiting for a writer, and no exit ends a thread
 * that waits so; a device may do something when it is opened.
 */
import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  fstatSync,
  openSync,
  type ReadStream,
  readFile,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.ts';
import { failReading } from './file-failure.ts';

/** Does not wait for a pipe's writer, and takes no terminal as its own. Windows has neither. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Most bytes of a file that is read as a whole; the list of labels of all of ImageNet has 60 MB. */
const mostWholeBytes = 2 ** 28;

const readDescriptor = promisify(readFile);

/** What is no regular file, in words; undefined for one. */
function kindOf(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function checkRegular(stats: Stats, path: string, what: string): void {
  const found = kindOf(stats);
  if (found !== undefined) fail('not-a-file', { path, what, found });
}

function openChecked(path: string, what: string): number {
  checkRegular(statSync(path), path, what);
  const descriptor = openSync(path, flags);
  try {
    // Another may have come to its place since.
    checkRegular(fstatSync(descriptor), path, what);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/**
 * A descriptor of a regular file, for the caller to close; `what` names the file's part in a sentence. Throws DiagnosticError `file-not-found`,
 * `not-a-file` or `file-unreadable`, and waits for nobody.
 */
export function openFile(path: string, what: string): number {
  try {
    return openChecked(path, what);
  } catch (error) {
    return failReading(path, what, error);
  }
}

/** `read` with a descriptor that is closed afterwards; what the system refuses is a diagnostic. */
async function withFile<T>(
  path: string,
  what: string,
  read: (descriptor: number) => T | Promise<T>,
): Promise<T> {
  const descriptor = openFile(path, what);
  try {
    return await read(descriptor);
  } catch (error) {
    return failReading(path, what, error);
  } finally {
    closeSync(descriptor);
  }
}

function checkSize(descriptor: number, path: string): void {
  const sizeBytes = fstatSync(descriptor).size;
  if (sizeBytes > mostWholeBytes)
    fail('file-too-large', { path, sizeBytes, limitBytes: mostWholeBytes });
}

/** All bytes of a file. Throws DiagnosticError as `openFile`, and `file-too-large`. */
export function readBytes(path: string, what: string): Promise<Uint8Array> {
  return withFile(path, what, (descriptor) => {
    checkSize(descriptor, path);
    return readDescriptor(descriptor);
  });
}

/** As `readBytes`. Synchronous: a read of a warm file costs less than the turns of the event loop that it would wait behind a running engine. */
export function readBytesSync(path: string, what: string): Uint8Array {
  const descriptor = openFile(path, what);
  try {
    checkSize(descriptor, path);
    return readFileSync(descriptor);
  } catch (error) {
    return failReading(path, what, error);
  } finally {
    closeSync(descriptor);
  }
}

/** All of a file as UTF-8. Throws as `readBytes`. */
export async function readText(path: string, what: string): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readBytes(path, what));
}

const isMissing = ({ code }: Diagnostic): boolean => code === 'file-not-found';

/** As `readText`; undefined where there is no such file. */
export async function readTextIfThere(path: string, what: string): Promise<string | undefined> {
  try {
    return await readText(path, what);
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics.some(isMissing)) return undefined;
    throw error;
  }
}

/** At most `length` bytes from a file's start. Throws as `openFile`. */
export function readStart(path: string, length: number, what: string): Promise<Uint8Array> {
  return withFile(path, what, (descriptor) => {
    const start = new Uint8Array(length);
    return start.subarray(0, readSync(descriptor, start, 0, length, 0));
  });
}

/** A file's bytes in order; closes itself. Throws as `openFile`. */
export function streamFile(path: string, what: string): ReadStream {
  return createReadStream(path, { fd: openFile(path, what) });
}

/** Copies a file, in place of what is at `to`. Throws as `openFile`, else what the file system throws. */
export async function copyFile(from: string, to: string, what: string): Promise<void> {
  await pipeline(streamFile(from, what), createWriteStream(to));
}

/** Whether a folder is there. Throws DiagnosticError `file-not-found` or `file-unreadable`. */
export function isFolder(path: string, what: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    return failReading(path, what, error);
  }
}
