import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';

/** What the stand-in writes in front of the ONNX file that is its "engine". No TensorRT loads it. */
export interface EngineHeader {
  readonly standIn: 'not an engine of TensorRT: written by the stand-in of rcc’s tests';
  readonly release: string;
  readonly computeCapability: string;
  readonly versionCompatible: boolean;
  readonly stripped: boolean;
  /** --profilingVerbosity of the build. */
  readonly verbosity: string;
  /** What a weakly typed builder was allowed to compute in; absent: the graph's types decided. */
  readonly weak?: 'Float' | 'Half';
  /** Types and layouts of inputs and of outputs, as the build was told. */
  readonly formats: readonly [input: string | undefined, output: string | undefined];
  /** Batches that the engine was built for; absent where the graph fixes it. */
  readonly batches?: readonly [number, number];
}

export async function writeEngine(path: string, header: EngineHeader, onnx: string): Promise<void> {
  const out = createWriteStream(path);
  out.write(`${JSON.stringify(header)}\n`);
  await pipeline(createReadStream(onnx), out);
}

const longestHeader = 4096;

/** The header and where the ONNX file begins; undefined where the file is no engine of the stand-in. */
export function readHeader(path: string): { header: EngineHeader; offset: number } | undefined {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(longestHeader);
    const count = readSync(file, bytes, 0, longestHeader, 0);
    const end = bytes.subarray(0, count).indexOf(10);
    if (end < 0) return undefined;
    return { header: JSON.parse(bytes.subarray(0, end).toString()), offset: end + 1 };
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** The ONNX bytes of an engine. */
export function readModel(path: string, offset: number): Uint8Array {
  return readFileSync(path).subarray(offset);
}

/** A file, or what stands in it behind an engine's header, as a source of bytes. */
export function fileSource(path: string, from = 0): ByteSource {
  return {
    name: path,
    sizeBytes: statSync(path).size - from,
    async read(offset, length) {
      const file = openSync(path, 'r');
      try {
        const bytes = new Uint8Array(length);
        readSync(file, bytes, 0, length, from + offset);
        return bytes;
      } finally {
        closeSync(file);
      }
    },
  };
}
