import { closeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { fail } from '../../diagnostics/diagnostic.ts';
import { openFile } from '../../io/open-file.ts';
import type { FileStore, StoredFile } from './file-store.ts';

/** What yauzl found wrong, as a clause. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('. ')[0] ?? text;
}

async function openIndex(path: string): Promise<{ zip: ZipFile; entries: readonly Entry[] }> {
  const { fromFdPromise } = await import('yauzl');
  const descriptor = openFile(path, 'data set');
  try {
    const zip = await fromFdPromise(descriptor, { lazyEntries: true, autoClose: false });
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('/')) entries.push(entry);
    }
    return { zip, entries };
  } catch (error) {
    closeSync(descriptor);
    return fail('dataset-malformed', { path, reason: reasonOf(error) });
  }
}

async function inflate(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  // yauzl stops a stream that is longer than the index says.
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (crc32(bytes) !== entry.crc32) throw new Error('its checksum is wrong');
  return bytes;
}

/** The files of a zip, stored or deflated. Throws DiagnosticError `dataset-malformed`. */
export async function openZipStore(path: string): Promise<FileStore> {
  const { zip, entries } = await openIndex(path);
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    const { fileName } = entry;
    if (byPath.has(fileName)) {
      zip.close();
      fail('dataset-malformed', { path, reason: `it holds '${fileName}' twice` });
    }
    byPath.set(fileName, entry);
  }
  return {
    files: [...byPath].map(([name, entry]) => ({ path: name, sizeBytes: entry.uncompressedSize })),
    async read(file: StoredFile) {
      const entry = byPath.get(file.path);
      if (!entry) throw new Error(`'${file.path}' is not in the index`);
      try {
        return await inflate(zip, entry);
      } catch (error) {
        return fail('image-unreadable', {
          file: `${path}/${file.path}`,
          reason: reasonOf(error),
        });
      }
    },
    async close() {
      zip.close();
    },
  };
}
