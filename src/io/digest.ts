import { createHash } from 'node:crypto';
import type { ByteSource } from '../../codegen/weights/byte-source.ts';

const chunkBytes = 1_048_576;

/** SHA-256 of all bytes of a source, in hex, a MiB at a time. */
export async function digestBytes(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < source.sizeBytes; at += chunkBytes) {
    hash.update(await source.read(at, Math.min(chunkBytes, source.sizeBytes - at)));
  }
  return hash.digest('hex');
}
