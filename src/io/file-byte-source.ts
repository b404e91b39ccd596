import { closeSync, fstatSync, readSync } from 'node:fs';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { failReading } from './file-failure.ts';
import { openFile } from './open-file.ts';

/** A file that stays open while it is read; close it when done. */
export interface FileByteSource extends ByteSource {
  /** DiagnosticError `weights-changed` where size or modification time are no longer those of the opening. */
  assertUnchanged(): void;
  close(): void;
}

/** One read asks for no more: larger ones fail on some systems. */
const maxReadBytes = 2 ** 30;

function snapshot(descriptor: number): { sizeBytes: number; modified: bigint } {
  const stats = fstatSync(descriptor, { bigint: true });
  return { sizeBytes: Number(stats.size), modified: stats.mtimeNs };
}

/** Reads as much as there is, up to the length of `into`. */
function readFully(descriptor: number, into: Uint8Array, offset: number): number {
  let done = 0;
  while (done < into.length) {
    const length = Math.min(maxReadBytes, into.length - done);
    const count = readSync(descriptor, into, done, length, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/**
 * Opens a file for positional reads. Reads are synchronous inside: a read of a warm page costs less than a hop to another
 * thread. A file that changes while it is open is an error at the next check, a short read at once.
 */
export function createFileByteSource(path: string, what = 'file'): FileByteSource {
  const descriptor = openFile(path, what);
  const opened = snapshot(descriptor);
  const assertUnchanged = () => {
    const now = snapshot(descriptor);
    if (now.sizeBytes === opened.sizeBytes && now.modified === opened.modified) return;
    fail('weights-changed', { file: path });
  };
  const readInto = (bytes: Uint8Array, offset: number): number => {
    try {
      return readFully(descriptor, bytes, offset);
    } catch (error) {
      return failReading(path, what, error);
    }
  };
  return {
    name: path,
    sizeBytes: opened.sizeBytes,
    async read(offset, length, into = new Uint8Array(length)) {
      if (readInto(into, offset) === length) return into;
      assertUnchanged();
      const { sizeBytes } = opened;
      return fail('weights-truncated', { file: path, neededBytes: offset + length, sizeBytes });
    },
    assertUnchanged,
    close: () => closeSync(descriptor),
  };
}
