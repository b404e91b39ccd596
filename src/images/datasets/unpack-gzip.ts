import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fail } from '../../diagnostics/diagnostic.ts';
import { onExit } from '../../io/exit-cleanup.ts';
import { whileWriting } from '../../io/file-failure.ts';
import { streamFile } from '../../io/open-file.ts';

export interface Unpacked {
  readonly path: string;
  /** Removes the unpacked file. */
  remove(): Promise<void>;
}

function isDamage(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Unpacks a gzip file to a temporary one, because a compressed archive can only be read from its beginning. */
export async function unpackGzip(path: string, signal?: AbortSignal): Promise<Unpacked> {
  const directory = await whileWriting(tmpdir(), () => mkdtemp(join(tmpdir(), 'rcc-')));
  const forget = onExit(() => rmSync(directory, { recursive: true, force: true }));
  const remove = async () => {
    forget();
    await rm(directory, { recursive: true, force: true });
  };
  const unpacked = join(directory, 'data.tar');
  try {
    await whileWriting(unpacked, () =>
      pipeline(
        streamFile(path, 'data set'),
        createGunzip(),
        createWriteStream(unpacked),
        signal ? { signal } : {},
      ).catch((error) => {
        if (isDamage(error)) fail('dataset-malformed', { path, reason: error.message });
        throw error;
      }),
    );
    return { path: unpacked, remove };
  } catch (error) {
    await remove();
    signal?.throwIfAborted();
    throw error;
  }
}
