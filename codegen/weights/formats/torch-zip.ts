import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { ByteOrder } from '../../tensors/stored-tensor.ts';
import type { WeightsFile } from '../weights-file.ts';
import { readPickle } from './pickle/read-pickle.ts';
import type { PickleStorage } from './pickle/values.ts';
import { elementBytes, storageOf, torchWeights } from './torch-tensors.ts';
import type { ZipEntry } from './zip-archive.ts';

const pickleName = 'data.pkl';

function isTorchScript(paths: readonly string[]): boolean {
  return paths.some((path) => /^[^/]*\/(constants\.pkl|code\/.*)$/.test(path));
}

function findStorage(
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  { name: file }: { name: string },
) {
  return (storage: PickleStorage): ZipEntry => {
    const path = `${folder}data/${storage.key}`;
    const entry = entries.get(path);
    if (!entry) return fail('weights-zip-malformed', { file, reason: `'${path}' is missing` });
    entry.assertStored();
    const sizeBytes = storage.size * elementBytes(storage);
    if (entry.sizeBytes !== sizeBytes) {
      const reason = `'${path}' has ${entry.sizeBytes} bytes, its tensors say ${sizeBytes}`;
      fail('weights-zip-malformed', { file, reason });
    }
    return entry;
  };
}

const byteOrders: readonly ByteOrder[] = ['little', 'big'];
const longestByteOrder = 6;

/** Files older than torch 1.12 do not say: little. */
async function readByteOrder(entry: ZipEntry | undefined): Promise<ByteOrder> {
  if (!entry) return 'little';
  const { name: file, path, sizeBytes } = entry;
  const text = new TextDecoder().decode(
    await entry.read(0, Math.min(sizeBytes, longestByteOrder + 1)),
  );
  const reason = `'${path}' says neither little nor big`;
  return (
    byteOrders.find((order) => order === text) ?? fail('weights-zip-malformed', { file, reason })
  );
}

/** Whether a zip is one that torch.save writes: a folder with a data.pkl. */
export function isTorchZip(entries: ReadonlyMap<string, ZipEntry>): boolean {
  return [...entries.keys()].some((path) => path.split('/').at(-1) === pickleName);
}

/** `.pth`, `.pt`, `.pth.tar` of torch 1.6 and later: a pickle and its storages in a zip; TorchScript archives hold a module so. */
export async function openTorchZip(entries: ReadonlyMap<string, ZipEntry>): Promise<WeightsFile> {
  const paths = [...entries.keys()];
  const pickles = [...entries.values()].filter(({ path }) => path.split('/').at(-1) === pickleName);
  const [pickle] = pickles;
  if (!pickle) throw new Error('not a torch archive');
  const { name: file } = pickle;
  if (pickles.length > 1) fail('weights-zip-malformed', { file, reason: 'more than one data.pkl' });
  const folder = pickle.path.slice(0, -pickleName.length);
  await pickle.verify();
  const { value, end } = await readPickle(pickle, { persistentLoad: storageOf });
  if (end !== pickle.sizeBytes) {
    fail('weights-pickle-malformed', { file, reason: 'bytes after its end', offset: end });
  }
  const hasData = paths.some((path) => path.startsWith(`${folder}data/`));
  // Frozen parameters are constants of the program.
  if (!hasData && isTorchScript(paths)) fail('weights-torchscript', { file });
  const byteOrder = await readByteOrder(entries.get(`${folder}byteorder`));
  return torchWeights(
    value,
    { file, byteOrder, find: findStorage(entries, folder, pickle) },
    'torch-zip',
  );
}
