import { fail } from '../../src/diagnostics/diagnostic.ts';
import { giveBack } from './buffer-pool.ts';
import type { ByteSource } from './byte-source.ts';

/** Reads a range that a file claims to have; DiagnosticError `weights-truncated` where it ends earlier. */
export async function readRange(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  checkRange(source, offset, length);
  return source.read(offset, length);
}

export function checkRange(source: ByteSource, offset: number, length: number): void {
  const end = offset + length;
  if (offset >= 0 && length >= 0 && end <= source.sizeBytes) return;
  fail('weights-truncated', { file: source.name, neededBytes: end, sizeBytes: source.sizeBytes });
}

/** A part of a source as a source of its own: offsets count from the part's start. */
export function sliceSource(source: ByteSource, offset: number, sizeBytes: number): ByteSource {
  checkRange(source, offset, sizeBytes);
  return {
    name: source.name,
    sizeBytes,
    async read(from, length) {
      if (from < 0 || from + length > sizeBytes) throw new Error('read outside of a slice');
      return source.read(offset + from, length);
    },
  };
}

/** Serves small reads from one window, so that walking through headers costs one system call in many. */
export function windowedSource(source: ByteSource, windowBytes = 65_536): ByteSource {
  let window: Uint8Array = new Uint8Array(0);
  let start = 0;
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    async read(offset, length) {
      if (length >= windowBytes) return readRange(source, offset, length);
      checkRange(source, offset, length);
      if (offset < start || offset + length > start + window.length) {
        giveBack(window);
        // Not given back a second time by a read that comes while this one waits.
        window = new Uint8Array(0);
        window = await source.read(offset, Math.min(windowBytes, source.sizeBytes - offset));
        start = offset;
      }
      return new Uint8Array(window.subarray(offset - start, offset - start + length));
    },
  };
}
