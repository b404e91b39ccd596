import type { Header as TarHeader } from 'tar/header';
import type { Pax as TarPax } from 'tar/pax';
import { readRange, windowedSource } from '../../../codegen/tensors/byte-range.ts';
import type { ByteSource } from '../../../codegen/tensors/byte-source.ts';
import { closedOnFailure, reading } from '../../diagnostics/outside-data.ts';
import { type Refusal, refusal } from '../../diagnostics/refusal.ts';
import { createFileByteSource } from '../../io/file-byte-source.ts';
import type { FileStore, StoredFile } from './file-store.ts';

const blockBytes = 512;
/** A path of some hundred bytes needs such a header; more is an archive made to fill memory. */
const maxExtensionBytes = 1 << 20;

interface TarFile extends StoredFile {
  readonly offset: number;
}

interface Library {
  readonly Header: typeof TarHeader;
  readonly Pax: typeof TarPax;
}

/** What headers before a file's own say about it. */
interface Extensions {
  readonly local?: TarPax;
  readonly global?: TarPax;
  readonly longPath?: string;
}

const malformed: Refusal<'dataset-malformed'> = refusal('dataset-malformed');

/** Entries that say something about the next, by tar's name of their type. */
const extenders: Readonly<
  Record<string, (text: string, known: Extensions, library: Library) => Extensions>
> = {
  ExtendedHeader: (text, known, { Pax }) => ({ ...known, local: Pax.parse(text, known.local) }),
  OldExtendedHeader: (text, known, { Pax }) => ({ ...known, local: Pax.parse(text, known.local) }),
  GlobalExtendedHeader: (text, known, { Pax }) => ({
    ...known,
    global: Pax.parse(text, known.global, true),
  }),
  NextFileHasLongPath: (text, known) => ({ ...known, longPath: text.replace(/\0.*$/s, '') }),
};

const regular: readonly string[] = ['File', 'OldFile', 'ContiguousFile'];

async function readText(source: ByteSource, offset: number, size: number): Promise<string> {
  if (size > maxExtensionBytes)
    malformed({ path: source.name }, `it has a header of ${size} bytes`);
  return new TextDecoder().decode(await readRange(source, offset, size));
}

async function readHeader(
  source: ByteSource,
  offset: number,
  { local, global }: Extensions,
  { Header }: Library,
): Promise<TarHeader> {
  const block = Buffer.from(await source.read(offset, blockBytes));
  const refuse = () => malformed({ path: source.name }, `no header at ${offset}`);
  // Numbers that cannot be read throw before the checksum, which tells that this is no header, is looked at.
  const header = reading(refuse, () => new Header(block, 0, local, global));
  if (!header.nullBlock && !header.cksumValid) refuse();
  return header;
}

/** Bytes behind a header, which its extensions may give as any number. */
function sizeOf({ size = 0 }: TarHeader, source: ByteSource, start: number): number {
  if (!Number.isSafeInteger(size)) malformed({ path: source.name }, `a file of ${size} bytes`);
  if (start + size > source.sizeBytes) malformed({ path: source.name }, 'it ends early');
  return size;
}

/** Walks from header to header; the contents between them are skipped. */
async function* readIndex(source: ByteSource): AsyncGenerator<TarFile> {
  const [{ Header }, { Pax }] = await Promise.all([import('tar/header'), import('tar/pax')]);
  const library = { Header, Pax };
  let extensions: Extensions = {};
  for (let offset = 0; offset + blockBytes <= source.sizeBytes; ) {
    const header = await readHeader(source, offset, extensions, library);
    if (header.nullBlock) return;
    const { type } = header;
    const start = offset + blockBytes;
    const size = sizeOf(header, source, start);
    const extend = extenders[type];
    if (extend) extensions = extend(await readText(source, start, size), extensions, library);
    else {
      const path = (extensions.longPath ?? header.path ?? '').replace(/^(?:\.\/)+/, '');
      if (regular.includes(type)) yield { path, sizeBytes: size, offset: start };
      extensions = extensions.global ? { global: extensions.global } : {};
    }
    offset = start + Math.ceil(size / blockBytes) * blockBytes;
  }
}

/** The files of an uncompressed tar, read where they lie. Of a path that is there twice the last counts, as when it is unpacked. */
export async function openTarStore(tarPath: string, shownPath = tarPath): Promise<FileStore> {
  const file = createFileByteSource(tarPath, 'data set');
  const byPath = new Map<string, TarFile>();
  await closedOnFailure(file, async () => {
    const source = { ...windowedSource(file), name: shownPath };
    for await (const entry of readIndex(source)) byPath.set(entry.path, entry);
  });
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
