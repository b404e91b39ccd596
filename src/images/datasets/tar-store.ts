import { readRange, windowedSource } from '../../../codegen/weights/byte-range.ts';
import type { ByteSource } from '../../../codegen/weights/byte-source.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { createFileByteSource } from '../../io/file-byte-source.ts';
import type { FileStore, StoredFile } from './file-store.ts';

const blockBytes = 512;
/** A path of some hundred bytes needs such a header; more is an archive made to fill memory. */
const maxExtensionBytes = 1 << 20;

interface TarFile extends StoredFile {
  readonly offset: number;
}

interface Extensions {
  local: import('tar/pax').Pax | undefined;
  global: import('tar/pax').Pax | undefined;
  longPath: string | undefined;
}

const noExtensions: Extensions = { local: undefined, global: undefined, longPath: undefined };

function malformed(path: string, reason: string): never {
  return fail('dataset-malformed', { path, reason });
}

async function readExtension(source: ByteSource, offset: number, size: number): Promise<string> {
  if (size > maxExtensionBytes) malformed(source.name, `it has a header of ${size} bytes`);
  const bytes = await readRange(source, offset, size);
  return new TextDecoder().decode(bytes);
}

const regular: readonly string[] = ['File', 'OldFile', 'ContiguousFile'];

/** Walks from header to header; the contents between them are skipped. */
async function* readIndex(source: ByteSource): AsyncGenerator<TarFile> {
  const [{ Header }, { Pax }] = await Promise.all([import('tar/header'), import('tar/pax')]);
  let extensions = noExtensions;
  let offset = 0;
  while (offset + blockBytes <= source.sizeBytes) {
    const block = Buffer.from(await source.read(offset, blockBytes));
    const header = new Header(block, 0, extensions.local, extensions.global);
    if (header.nullBlock) return;
    if (!header.cksumValid) malformed(source.name, `no header at byte ${offset}`);
    const size = header.size ?? 0;
    const start = offset + blockBytes;
    if (start + size > source.sizeBytes) malformed(source.name, 'it ends early');
    offset = start + Math.ceil(size / blockBytes) * blockBytes;
    const text = () => readExtension(source, start, size);
    if (header.type === 'ExtendedHeader') {
      extensions = { ...extensions, local: Pax.parse(await text(), extensions.local) };
    } else if (header.type === 'GlobalExtendedHeader') {
      extensions = { ...extensions, global: Pax.parse(await text(), extensions.global, true) };
    } else if (header.type === 'NextFileHasLongPath') {
      extensions = { ...extensions, longPath: (await text()).replace(/\0.*$/s, '') };
    } else {
      const path = (extensions.longPath ?? header.path ?? '').replace(/^(?:\.\/)+/, '');
      if (regular.includes(header.type)) yield { path, sizeBytes: size, offset: start };
      extensions = { ...noExtensions, global: extensions.global };
    }
  }
}

/** The files of an uncompressed tar, read where they lie. Of a path that is there twice the last counts, as when it is unpacked. */
export async function openTarStore(tarPath: string, shownPath = tarPath): Promise<FileStore> {
  const file = createFileByteSource(tarPath);
  const source: ByteSource = { ...windowedSource(file), name: shownPath };
  const byPath = new Map<string, TarFile>();
  try {
    for await (const entry of readIndex(source)) byPath.set(entry.path, entry);
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    files: [...byPath.values()],
    async read({ path }) {
      const entry = byPath.get(path);
      if (!entry) throw new Error(`'${path}' is not in the index`);
      return await file.read(entry.offset, entry.sizeBytes);
    },
    async close() {
      file.close();
    },
  };
}
