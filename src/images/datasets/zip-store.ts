import { closeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { fail } from '../../diagnostics/diagnostic.ts';
import {
  closedOnFailure,
  largestRatio,
  mostUnpackedBytes,
  readingLater,
} from '../../diagnostics/outside-data.ts';
import { printable } from '../../diagnostics/printable.ts';
import { openFile } from '../../io/open-file.ts';
import type { FileStore, StoredFile } from './file-store.ts';

type Index = ReadonlyMap<string, Entry>;

async function readIndex(path: string, zip: ZipFile): Promise<Index> {
  const refuse = (reason: string) => fail('dataset-malformed', { path, reason });
  const byPath = new Map<string, Entry>();
  await readingLater(refuse, async () => {
    for await (const entry of zip.eachEntry()) {
      const { fileName } = entry;
      if (fileName.endsWith('/')) continue;
      if (byPath.has(fileName)) refuse(`it holds '${printable(fileName)}' twice`);
      byPath.set(fileName, entry);
    }
  });
  return byPath;
}

/** Content of an entry that says of itself how large it is. */
async function inflate(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const { compressedSize, uncompressedSize } = entry;
  if (uncompressedSize > mostUnpackedBytes(compressedSize)) {
    throw new Error(`it unpacks to more than ${largestRatio} times its size`);
  }
  const bytes = new Uint8Array(uncompressedSize);
  let length = 0;
  // yauzl stops a stream that is longer than the index says, and one that ends early.
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    bytes.set(chunk as Buffer, length);
    length += (chunk as Buffer).length;
  }
  if (crc32(bytes) !== entry.crc32) throw new Error('its checksum is wrong');
  return bytes;
}

async function openZip(path: string): Promise<ZipFile> {
  const { fromFdPromise } = await import('yauzl');
  const descriptor = openFile(path, 'data set');
  return await closedOnFailure({ close: () => closeSync(descriptor) }, () =>
    readingLater(
      (reason) => fail('dataset-malformed', { path, reason }),
      () => fromFdPromise(descriptor, { lazyEntries: true, autoClose: false }),
    ),
  );
}

/** The files of a zip, stored or deflated. Throws DiagnosticError `dataset-malformed`. */
export async function openZipStore(path: string): Promise<FileStore> {
  const zip = await openZip(path);
  const byPath = await closedOnFailure(zip, () => readIndex(path, zip));
  return {
    files: [...byPath].map(([name, entry]) => ({ path: name, sizeBytes: entry.uncompressedSize })),
    async read(file: StoredFile) {
      const entry = byPath.get(file.path);
      if (!entry) throw new Error(`'${file.path}' is not in the index`);
      const name = `${path}/${file.path}`;
      return await readingLater(
        (reason) => fail('image-unreadable', { file: name, reason }),
        () => inflate(zip, entry),
      );
    },
    async close() {
      zip.close();
    },
  };
}
