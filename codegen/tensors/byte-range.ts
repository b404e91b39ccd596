import { fail } from '../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from './byte-source.ts';

/** Reads a range that a file claims to have; DiagnosticError `weights-truncated` where it ends earlier. */
export async function readRange(
  source: ByteSource,
  offset: number,
  length: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  checkRange(source, offset, length);
  return source.read(offset, length, into);
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
    async read(from, length, into) {
      if (from < 0 || from + length > sizeBytes) throw new Error('read outside of a slice');
      return source.read(offset + from, length, into);
    },
  };
}

/** Bytes in memory as a source. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.byteLength,
    async read(offset, length, into = new Uint8Array(length)) {
      into.set(bytes.subarray(offset, offset + length));
      return into;
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
    async read(offset, length, into = new Uint8Array(length)) {
      if (length >= windowBytes) return readRange(source, offset, length, into);
      checkRange(source, offset, length);
      if (offset < start || offset + length > start + window.length) {
        const next = await source.read(offset, Math.min(windowBytes, source.sizeBytes - offset));
        // Both at once: a read that came meanwhile has set its own.
        window = next;
        start = offset;
      }
      into.set(window.subarray(offset - start, offset - start + length));
      return into;
    },
  };
}
