/* Arrays of float32 as numpy stores them. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface FloatArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const preambleBytes = 10;

/** An .npy file of version 1 in C order. */
export function readFloats(path: string): FloatArray {
  const bytes = readFileSync(path);
  const dataOffset = preambleBytes + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', preambleBytes, dataOffset);
  const [, sizes = ''] = /'shape': \(([^)]*)\)/.exec(header) ?? [];
  if (!/'<f4'.*False/.test(header)) throw new Error(`${path}: ${header}`);
  return {
    shape: sizes.split(',').filter(Boolean).map(Number),
    values: new Float32Array(Uint8Array.from(bytes.subarray(dataOffset)).buffer),
  };
}

export function writeFloats(path: string, { shape, values }: FloatArray): void {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = header.padEnd(
    Math.ceil((header.length + preambleBytes) / 64) * 64 - preambleBytes,
  );
  const preamble = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  preamble.writeUInt16LE(padded.length, 8);
  writeFileSync(
    path,
    Buffer.concat([preamble, Buffer.from(padded), new Uint8Array(values.buffer)]),
  );
}
