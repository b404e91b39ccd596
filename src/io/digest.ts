import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { ByteSource } from '../../codegen/weights/byte-source.ts';
import { failReading } from './file-failure.ts';

const chunkBytes = 1_048_576;

/** SHA-256 of all bytes of a source, in hex, a MiB at a time. */
export async function digestBytes(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < source.sizeBytes; at += chunkBytes) {
    hash.update(await source.read(at, Math.min(chunkBytes, source.sizeBytes - at)));
  }
  return hash.digest('hex');
}

/** Runs in a thread of its own; as text, because the command line is one bundled file that a thread could not find its part in. */
const workerCode = `
  const { createHash } = require('node:crypto');
  const { openSync, readSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(${chunkBytes});
  const file = openSync(workerData);
  for (let count; (count = readSync(file, chunk)) > 0; ) hash.update(chunk.subarray(0, count));
  parentPort.postMessage(hash.digest('hex'));
`;

/** A digest that is being made. */
export interface FileDigestJob {
  /** SHA-256 in hex. Rejects with DiagnosticError where the file cannot be read. */
  readonly digest: Promise<string>;
  /** Gives the work up; the digest then never comes. */
  cancel(): void;
}

/** Starts the SHA-256 of a file on another core, so that it costs no time beside other work on the same file. */
export function startFileDigest(path: string, what = 'file'): FileDigestJob {
  const worker = new Worker(workerCode, {
    eval: true,
    workerData: path,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  const digest = new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  }).catch((error: unknown) => failReading(path, what, error));
  // Whoever asks for it meets the failure; until then it is not unhandled.
  digest.catch(() => {});
  return { digest, cancel: () => void worker.terminate() };
}
