import { type Refusal, refusal } from '../../../src/diagnostics/refusal.ts';
import { sliceSource, windowedSource } from '../../tensors/byte-range.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import type { PersistentLoad } from './pickle/machine.ts';
import { readPickle } from './pickle/read-pickle.ts';
import {
  describeValue,
  type PickleBytes,
  type PickleStorage,
  type PickleValue,
  textOf,
  valueOfKind,
} from './pickle/values.ts';
import { elementBytes, storageOf, type TorchStorages, torchWeights } from './torch-tensors.ts';

const protocolVersion = 1001;
/** Length of the first pickle: the magic number, by which the file was recognised. */
const magicBytes = 15;

/** The number of elements before a storage's data, 8 bytes. */
const countBytes = 8;

const malformed: Refusal<'weights-pickle-malformed'> = refusal('weights-pickle-malformed');

function byteOrderOf(file: string, info: PickleValue, offset: number): 'little' | 'big' {
  const entries = valueOfKind(info, 'dict')?.entries;
  const little = entries?.get('little_endian');
  if (entries?.get('protocol_version') !== protocolVersion || typeof little !== 'boolean') {
    return malformed({ file, offset }, 'a header of an unknown version');
  }
  return little ? 'little' : 'big';
}

function keysOf(file: string, value: PickleValue, offset: number): string[] {
  const items = valueOfKind(value, 'list')?.items;
  if (!items) return malformed({ file, offset }, `storage keys that are ${describeValue(value)}`);
  return items.map(
    (item) => textOf(item) ?? malformed({ file, offset }, 'a storage key that is no text'),
  );
}

/** Walks over the storages that follow the last pickle: for each, its number of elements and its data. */
async function locateStorages(
  source: ByteSource,
  start: number,
  keys: readonly string[],
  known: ReadonlyMap<string, PickleStorage>,
): Promise<ReadonlyMap<string, ByteSource>> {
  const headers = windowedSource(source, 4096);
  const located = new Map<string, ByteSource>();
  let at = start;
  for (const key of keys) {
    const storage = known.get(key);
    if (!storage || located.has(key))
      malformed({ file: source.name, offset: at }, 'a storage that nothing names');
    const bytes = await headers.read(at, countBytes);
    const count = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true));
    if (count !== storage.size)
      malformed({ file: source.name, offset: at }, `a storage of ${count} elements`);
    const sizeBytes = count * elementBytes(storage);
    located.set(key, sliceSource(source, at + countBytes, sizeBytes));
    at += countBytes + sizeBytes;
  }
  if (at !== source.sizeBytes)
    malformed({ file: source.name, offset: at }, 'bytes after the last storage');
  return located;
}

/** Collects the storages that a pickle names; one key must always mean the same storage. */
function collectStorages(known: Map<string, PickleStorage>): PersistentLoad {
  return (id, context) => {
    const storage = storageOf(id, context);
    if (storage.kind !== 'storage') return storage;
    const before = known.get(storage.key);
    if (before && (before.size !== storage.size || before.elementType !== storage.elementType)) {
      context.malformed('two storages of one key');
    }
    known.set(storage.key, storage);
    return storage;
  };
}

interface LegacyFile {
  readonly value: PickleValue;
  readonly storages: TorchStorages;
}

/** Five pickles in a row (magic, version, header, object, storage keys), then the storages. */
async function readLegacy(source: ByteSource): Promise<LegacyFile> {
  const { name: file } = source;
  const version = await readPickle(source, { start: magicBytes });
  if (version.value !== protocolVersion)
    malformed({ file, offset: magicBytes }, 'an unknown version');
  const header = await readPickle(source, { start: version.end });
  const byteOrder = byteOrderOf(file, header.value, version.end);
  const known = new Map<string, PickleStorage>();
  const persistentLoad = collectStorages(known);
  const object = await readPickle(source, { start: header.end, persistentLoad });
  const keys = await readPickle(source, { start: object.end });
  const located = await locateStorages(
    source,
    keys.end,
    keysOf(file, keys.value, object.end),
    known,
  );
  const find = ({ key }: PickleStorage): ByteSource =>
    located.get(key) ?? malformed({ file, offset: keys.end }, `storage ${key} is missing`);
  return { value: object.value, storages: { file, byteOrder, find } };
}

/** Files of torch before 1.6. */
export async function openTorchLegacy(source: ByteSource): Promise<WeightsFile> {
  const { value, storages } = await readLegacy(source);
  return torchWeights(value, storages, 'torch-legacy');
}

/** The storage in a file of torch that stands in a pickle as bytes: so pickle.dump writes tensors. */
export async function openNestedStorage(file: string, { most, readPart }: PickleBytes) {
  if (!readPart) throw new Error('bytes that cannot be read in parts');
  const { value, storages } = await readLegacy({ name: file, sizeBytes: most, read: readPart });
  const storage = valueOfKind(value, 'storage');
  if (!storage || storage.nested) {
    return malformed({ file, offset: 0 }, `a storage that is ${describeValue(value)}`);
  }
  return { storage, storages };
}
