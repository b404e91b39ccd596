import { basename } from 'node:path';
import { digestBytes } from '../src/io/digest.ts';
import { createFileByteSource } from '../src/io/file-byte-source.ts';
import type { EngineFile } from './engine.ts';

/** An engine that was written, as the manifest tells of it. */
export async function engineFileOf(
  path: string,
  batches: EngineFile['batches'],
): Promise<EngineFile> {
  const source = createFileByteSource(path, 'engine');
  try {
    const { sizeBytes } = source;
    return { file: basename(path), sizeBytes, sha256: await digestBytes(source), batches };
  } finally {
    source.close();
  }
}
