import { fail } from '../../diagnostics/diagnostic.ts';
import { closedOnFailure } from '../../diagnostics/outside-data.ts';
import { failReading } from '../../io/file-failure.ts';
import { isFolder, readStart } from '../../io/open-file.ts';
import { ascii } from '../ascii.ts';
import type { Dataset } from './dataset.ts';
import type { FileStore } from './file-store.ts';
import { openFolder } from './folder-store.ts';
import { createNpzDataset } from './npz-dataset.ts';
import { createStoredDataset, type LabelRules } from './stored-dataset.ts';
import { openTarStore } from './tar-store.ts';
import { unpackGzip } from './unpack-gzip.ts';
import { openZipStore } from './zip-store.ts';

export interface DatasetOptions extends LabelRules {
  readonly signal?: AbortSignal | undefined;
}

async function openGzip(path: string, signal?: AbortSignal): Promise<FileStore> {
  const unpacked = await unpackGzip(path, signal);
  try {
    const store = await openTarStore(unpacked.path, path);
    const close = async () => {
      await store.close();
      await unpacked.remove();
    };
    return { ...store, close };
  } catch (error) {
    await unpacked.remove();
    throw error;
  }
}

interface ArchiveFormat {
  readonly magic: readonly number[];
  readonly offset: number;
  readonly open: (path: string, signal?: AbortSignal) => Promise<FileStore>;
}

const formats: readonly ArchiveFormat[] = [
  { magic: [...ascii('PK'), 3, 4], offset: 0, open: openZipStore },
  { magic: [0x1f, 0x8b], offset: 0, open: openGzip },
  { magic: ascii('ustar'), offset: 257, open: (path) => openTarStore(path) },
];

const others: readonly (Pick<ArchiveFormat, 'magic' | 'offset'> & { readonly name: string })[] = [
  { magic: ascii('BZh'), offset: 0, name: 'compressed with bzip2' },
  { magic: [0xfd, ...ascii('7zXZ')], offset: 0, name: 'compressed with xz' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], offset: 0, name: 'compressed with zstd' },
  { magic: [...ascii('7z'), 0xbc, 0xaf], offset: 0, name: 'a 7z archive' },
  { magic: ascii('Rar!'), offset: 0, name: 'a RAR archive' },
  { magic: [0x89, ...ascii('PNG')], offset: 0, name: 'one picture' },
  { magic: [0xff, 0xd8, 0xff], offset: 0, name: 'one picture' },
];

const headBytes = 512;

function matches(
  head: Uint8Array,
  { magic, offset }: { magic: readonly number[]; offset: number },
) {
  return magic.every((byte, index) => head[offset + index] === byte);
}

/** Whether a file is an archive of pictures, by its content. */
export async function isArchive(path: string): Promise<boolean> {
  const head = await readStart(path, headBytes, 'picture');
  return formats.some((each) => matches(head, each));
}

async function openStore(path: string, signal?: AbortSignal): Promise<FileStore> {
  try {
    if (isFolder(path, 'data set')) return openFolder(path);
    const head = await readStart(path, headBytes, 'data set');
    const format = formats.find((each) => matches(head, each));
    if (format) return await format.open(path, signal);
    const found = others.find((each) => matches(head, each))?.name ?? 'something else';
    return fail('dataset-format', { path, found });
  } catch (error) {
    return failReading(path, 'data set', error);
  }
}

function isNpz({ files }: FileStore): boolean {
  return files.length > 0 && files.every((file) => file.path.endsWith('.npy'));
}

/**
 * Opens a data set: a folder, a .tar, .tar.gz or .zip of pictures, or an .npz with `images` and `labels`; told by its content, not its name.
 * Nothing but names is read of folders and archives. Throws DiagnosticError for what is missing, damaged or without labels.
 */
export async function openDataset(path: string, options: DatasetOptions): Promise<Dataset> {
  return await closedOnFailure(await openStore(path, options.signal), (store) =>
    isNpz(store)
      ? createNpzDataset(path, store, options)
      : createStoredDataset(path, store, options),
  );
}
