import { createHash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { failReading } from './file-failure.ts';
import { startFileHash } from './hash-thread.ts';
import { openFile, streamFile } from './open-file.ts';

const chunkBytes = 1_048_576;

/** SHA-256 of all bytes of a source, in hex, a MiB at a time. */
export async function digestBytes(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < source.sizeBytes; at += chunkBytes) {
    hash.update(await source.read(at, Math.min(chunkBytes, source.sizeBytes - at)));
  }
  return hash.digest('hex');
}

/** SHA-256 of a file, in hex. Throws DiagnosticError where it cannot be read. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of streamFile(path, 'file')) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** A digest that is being made. */
export interface FileDigestJob {
  /** SHA-256 in hex. Throws DiagnosticError where the file cannot be read. */
  digest(): Promise<string>;
  /** Gives the work up where it is not done. */
  cancel(): void;
}

/** By path, size and time of modification. */
const jobs = new Map<string, FileDigestJob>();

function stateOf(path: string, descriptor: number): string {
  const { size, mtimeNs } = fstatSync(descriptor, { bigint: true });
  return [path, size, mtimeNs].join('\0');
}

/**
 * Starts the SHA-256 of a file in another thread; a file that stays as it is is digested once in a run. Throws DiagnosticError where there is no such
 * regular file.
 */
export function startFileDigest(path: string, what = 'file'): FileDigestJob {
  const descriptor = openFile(path, what);
  const state = stateOf(path, descriptor);
  const known = jobs.get(state);
  if (known) {
    closeSync(descriptor);
    return known;
  }
  const hash = startFileHash(descriptor);
  let isDone = false;
  const job: FileDigestJob = {
    async digest() {
      const digest = await hash.digest().catch((error) => failReading(path, what, error));
      isDone = true;
      return digest;
    },
    cancel() {
      if (isDone) return;
      jobs.delete(state);
      hash.cancel();
    },
  };
  jobs.set(state, job);
  return job;
}

/** Starts a digest that will be asked for, before it is known whether all else is well. */
export function startFileDigestAhead(path: string): void {
  try {
    startFileDigest(path);
  } catch (error) {
    // It is told when the file is opened.
    if (!(error instanceof DiagnosticError)) throw error;
  }
}
