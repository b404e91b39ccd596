import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fail } from '../../diagnostics/diagnostic.ts';
import { largestRatio, mostUnpackedBytes, readingLater } from '../../diagnostics/outside-data.ts';
import { onExit } from '../../io/exit-cleanup.ts';
import { whileWriting } from '../../io/file-failure.ts';
import { streamFile } from '../../io/open-file.ts';

export interface Unpacked {
  readonly path: string;
  /** Removes the unpacked file. */
  remove(): Promise<void>;
}

interface Limit {
  readonly sizeBytes: number;
  /** What the limit is, in words. */
  readonly reason: string;
}

/** Share of the free disk that an unpacked archive may take: others write there, too. */
const freeShare = 0.9;

/** The most that a file may unpack to in a folder: in proportion to itself, and what fits on the disk. */
async function limitFor(path: string, directory: string): Promise<Limit> {
  const { size } = await stat(path);
  const { bavail, bsize } = await statfs(directory);
  const [byRatio, free] = [mostUnpackedBytes(size), bavail * bsize * freeShare];
  if (free < byRatio) return { sizeBytes: free, reason: `what is free in ${tmpdir()}` };
  return { sizeBytes: byRatio, reason: `${largestRatio} times its size` };
}

/** Passes bytes on as long as they are within the limit. */
function limited(path: string, { sizeBytes, reason }: Limit) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let passedBytes = 0;
    for await (const chunk of chunks) {
      passedBytes += chunk.length;
      if (passedBytes > sizeBytes) fail('dataset-unpacks-too-far', { path, sizeBytes, reason });
      yield chunk;
    }
  };
}

async function gunzip(
  path: string,
  target: string,
  limit: Limit,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [packed, unpacked] = [streamFile(path, 'data set'), createWriteStream(target)];
  await readingLater(
    (reason) => fail('dataset-malformed', { path, reason }),
    () =>
      pipeline(packed, createGunzip(), limited(path, limit), unpacked, signal ? { signal } : {}),
  );
}

/**
 * Unpacks a gzip file to a temporary one, because a compressed archive can only be read from its beginning. Throws DiagnosticError `dataset-malformed`,
 * or `dataset-unpacks-too-far` before more is written than its size warrants and the disk holds.
 */
export async function unpackGzip(path: string, signal?: AbortSignal): Promise<Unpacked> {
  const directory = await whileWriting(tmpdir(), () => mkdtemp(join(tmpdir(), 'rcc-')));
  const forget = onExit(() => rmSync(directory, { recursive: true, force: true }));
  const remove = async () => {
    forget();
    await rm(directory, { recursive: true, force: true });
  };
  const unpacked = join(directory, 'data.tar');
  try {
    const limit = await limitFor(path, directory);
    await whileWriting(unpacked, () => gunzip(path, unpacked, limit, signal));
    return { path: unpacked, remove };
  } catch (error) {
    await remove();
    signal?.throwIfAborted();
    throw error;
  }
}
