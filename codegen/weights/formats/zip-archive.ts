import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { DiagnosticError, fail } from '../../../src/diagnostics/diagnostic.ts';
import { type Refusal, refusal } from '../../../src/diagnostics/refusal.ts';
import { windowedSource } from '../../tensors/byte-range.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';

/**
 * A file in a zip, which can be read where it is stored: DiagnosticError `weights-zip-compressed` otherwise. Reading all of it, at once or in order, checks its CRC at the end, also where parts overlap; a read that leaves bytes out first
 * checks the whole. Who reads a part from its start checks the whole himself.
 */
export interface ZipEntry extends ByteSource {
  /** Path inside the archive: a key, never a path on disk. */
  readonly path: string;
  /** DiagnosticError `weights-zip-compressed` where it is not stored. */
  assertStored(): void;
  /** Checks the CRC, in one pass over the entry where that has not been done. */
  verify(): Promise<void>;
}

/** ResNet-200 has 1,240; more than this is an index made to fill memory. */
const maxEntries = 20_000;
/** The local header before an entry's name, from PKWARE's APPNOTE: where it has its signature and the lengths of its name and extra field. */
const localHeaderBytes = 30;
const localSignature = 0x04034b50;
const nameLengthAt = 26;
const extraLengthAt = 28;
const verifyChunkBytes = 1_048_576;

const malformed: Refusal<'weights-zip-malformed'> = refusal('weights-zip-malformed');

/** yauzl's view of a byte source. */
class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  // biome-ignore lint/complexity/useMaxParams: yauzl's signature.
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const copy = async () => buffer.set(await this.#source.read(position, length), offset);
    copy().then(() => callback(null, length), callback);
  }
}

/** What yauzl reports is wrong with the file; what the source reports passes unchanged. */
async function explained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return malformed({ file }, reason.split('. ')[0] ?? reason);
  }
}

function checkEntry(file: string, entry: Entry): void {
  if (entry.isEncrypted()) malformed({ file }, `'${entry.fileName}' is encrypted`);
}

/** Programs in an archive are compressed beside tensors that are not: it matters where an entry is read. */
function checkStored(file: string, { compressionMethod, fileName }: Entry): void {
  if (compressionMethod !== 0) fail('weights-zip-compressed', { file, entry: fileName });
}

async function readIndex(file: string, zip: ZipFile): Promise<Entry[]> {
  if (zip.entryCount > maxEntries) malformed({ file }, `${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) malformed({ file }, `'${entry.fileName}' is there twice`);
    if (entry.fileName.endsWith('/')) continue;
    checkEntry(file, entry);
    entries.set(entry.fileName, entry);
  }
  return [...entries.values()];
}

/** Where each entry must end: at the next header in the file. Two entries at one place are a lie about one of them. */
function entryLimits(source: ByteSource, entries: readonly Entry[]): Map<Entry, number> {
  const inOrder = entries.toSorted(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  );
  const limits = new Map<Entry, number>();
  for (const [index, entry] of inOrder.entries()) {
    const limit = inOrder[index + 1]?.relativeOffsetOfLocalHeader ?? source.sizeBytes;
    const smallest =
      entry.relativeOffsetOfLocalHeader +
      localHeaderBytes +
      entry.fileNameLength +
      entry.compressedSize;
    if (smallest > limit)
      malformed({ file: source.name }, `'${entry.fileName}' overlaps what follows it`);
    limits.set(entry, limit);
  }
  return limits;
}

interface Located {
  readonly source: ByteSource;
  readonly entry: Entry;
  readonly limit: number;
}

/** First byte of an entry's data: known from its local header only, whose extra field is another than the index's. */
async function locate({ source, entry, limit }: Located): Promise<number> {
  const at = entry.relativeOffsetOfLocalHeader;
  // What has no room for it overlaps what follows: that has been looked at.
  const { buffer, byteOffset } = await source.read(at, localHeaderBytes);
  const header = new DataView(buffer, byteOffset);
  if (header.getUint32(0, true) !== localSignature) {
    malformed({ file: source.name }, `'${entry.fileName}' has no local header`);
  }
  const nameLength = header.getUint16(nameLengthAt, true);
  const extraLength = header.getUint16(extraLengthAt, true);
  const fileDataStart = at + localHeaderBytes + nameLength + extraLength;
  if (fileDataStart + entry.compressedSize > limit) {
    malformed({ file: source.name }, `'${entry.fileName}' overlaps what follows it`);
  }
  return fileDataStart;
}

/** No checksum, which torch writes where `set_crc32_options(False)` asks for it. */
const noChecksum = 0;

function checkChecksum({ source, entry }: Located, checksum: number): void {
  if (checksum === entry.crc32) return;
  fail('weights-zip-checksum', { file: source.name, entry: entry.fileName });
}

function zipEntry(located: Located): ZipEntry {
  const { source, entry } = located;
  const sizeBytes = entry.uncompressedSize;
  let start: Promise<number> | undefined;
  const readPart = async (offset: number, length: number, into?: Uint8Array) => {
    checkStored(source.name, entry);
    start ??= locate(located);
    if (offset < 0 || offset + length > sizeBytes) throw new Error('read outside of a zip entry');
    return source.read((await start) + offset, length, into);
  };
  const verifyAll = async (): Promise<void> => {
    checkStored(source.name, entry);
    const chunk = new Uint8Array(Math.min(verifyChunkBytes, sizeBytes));
    let checksum = 0;
    for (let at = 0; at < sizeBytes; at += verifyChunkBytes) {
      const length = Math.min(verifyChunkBytes, sizeBytes - at);
      checksum = crc32(await readPart(at, length, chunk.subarray(0, length)), checksum);
    }
    checkChecksum(located, checksum);
  };
  let verified: Promise<void> | undefined;
  if (entry.crc32 === noChecksum) verified = Promise.resolve();
  const verify = (): Promise<void> => {
    verified ??= verifyAll();
    return verified;
  };
  // Reads that follow each other from the start to the end are checked at the end.
  let checksum = 0;
  let checkedBytes = 0;
  const checkNext = (offset: number, bytes: Uint8Array): void => {
    const end = offset + bytes.length;
    if (end <= checkedBytes) return;
    checksum = crc32(bytes.subarray(checkedBytes - offset), checksum);
    checkedBytes = end;
    if (checkedBytes < sizeBytes) return;
    checkChecksum(located, checksum);
    verified = Promise.resolve();
  };
  return {
    name: source.name,
    path: entry.fileName,
    assertStored: () => checkStored(source.name, entry),
    sizeBytes,
    async read(offset, length, into) {
      const bytes = await readPart(offset, length, into);
      if (offset === 0) checksum = checkedBytes = 0;
      if (verified || offset > checkedBytes) await verify();
      else checkNext(offset, bytes);
      return bytes;
    },
    verify,
  };
}

/** The files of a zip by path. Only stored entries can be read; DiagnosticError where the archive contradicts itself. */
export async function openZip(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const reader = new SourceReader(windowedSource(source));
  const zip = await explained(source.name, () =>
    fromRandomAccessReaderPromise(reader, source.sizeBytes),
  );
  const entries = await explained(source.name, () => readIndex(source.name, zip));
  const limits = entryLimits(source, entries);
  return new Map(
    entries.map((entry) => [
      entry.fileName,
      zipEntry({ source, entry, limit: limits.get(entry) ?? source.sizeBytes }),
    ]),
  );
}
