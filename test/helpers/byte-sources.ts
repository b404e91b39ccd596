import { expect } from 'vitest';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { DiagnosticCode } from '../../src/diagnostics/messages.ts';

export interface CountingSource extends ByteSource {
  /** Bytes asked for so far, and the largest single read. */
  readonly total: { bytes: number; largest: number; reads: number };
}

/** Bytes in memory as a file; a read outside of them is a bug of the reader and throws an ordinary error. */
export function memorySource(bytes: Uint8Array, name = 'memory.bin'): CountingSource {
  const total = { bytes: 0, largest: 0, reads: 0 };
  return {
    name,
    sizeBytes: bytes.length,
    total,
    async read(offset, length, into = new Uint8Array(length)) {
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
        throw new Error(`read of ${length} at ${offset} in ${bytes.length} bytes`);
      }
      total.bytes += length;
      total.largest = Math.max(total.largest, length);
      total.reads++;
      into.set(bytes.subarray(offset, offset + length));
      return into;
    },
  };
}

/** A file of `sizeBytes` that consists of `start` and zeros, without holding them. */
export function sparseSource(start: Uint8Array, sizeBytes: number): ByteSource {
  return {
    name: 'sparse.bin',
    sizeBytes,
    async read(offset, length, into = new Uint8Array(length)) {
      if (offset + length > sizeBytes) throw new Error('read outside of the file');
      into.fill(0);
      if (offset < start.length) into.set(start.subarray(offset, offset + length));
      return into;
    },
  };
}

/** The one diagnostic that the work ends with; fails where it ends well or with another kind of error. */
export async function expectDiagnostic(
  work: () => unknown,
  code: DiagnosticCode,
): Promise<Diagnostic> {
  let caught: unknown;
  try {
    await work();
  } catch (error) {
    caught = error;
  }
  if (!(caught instanceof DiagnosticError)) {
    throw new Error(`expected ${code}, got ${caught instanceof Error ? caught.stack : 'success'}`);
  }
  const [diagnostic, ...more] = caught.diagnostics;
  expect(more).toEqual([]);
  expect(diagnostic?.code, diagnostic?.message).toBe(code);
  return diagnostic as Diagnostic;
}
