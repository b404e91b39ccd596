import { bytesSource } from '../../../codegen/tensors/byte-range.ts';
import { readAll } from '../../../codegen/tensors/tensor-source.ts';
import { type NpyHeader, npyTensor, parseNpyHeader } from '../../../codegen/weights/formats/npy.ts';
import { ownValue } from '../../collections/own-value.ts';
import { DiagnosticError, fail } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { ClassRules } from './class-folders.ts';
import { type Dataset, digestListing } from './dataset.ts';
import type { FileStore } from './file-store.ts';

/** Arrays are held in memory; beyond this a folder or a tar is the better form. */
const maxArrayBytes = 2 ** 30;
/** A data set larger than ImageNet comes as files; so many names and labels take some hundred MB. */
const maxPictures = 2 ** 21;

interface NumpyArray {
  readonly header: NpyHeader;
  readonly bytes: Uint8Array;
}

async function readArray(path: string, store: FileStore, name: string): Promise<NumpyArray> {
  const file = store.files.find((each) => each.path === `${name}.npy`);
  if (!file) {
    const names = store.files.slice(0, 8).map((each) => each.path.replace(/\.npy$/, ''));
    const reason = `it has no array \`${name}\`, only ${names.map(printable).join(', ')}`;
    return fail('dataset-arrays', { path, reason });
  }
  if (file.sizeBytes > maxArrayBytes) {
    fail('dataset-arrays', { path, reason: `\`${name}\` is larger than 1 GiB; use a folder` });
  }
  const source = bytesSource(`${path}/${name}`, await store.read(file));
  const header = await parseNpyHeader(source);
  return { header, bytes: await readAll(npyTensor(source, header)) };
}

interface Pixels {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly bytes: Uint8Array;
}

function pixelsOf(path: string, { header, bytes }: NumpyArray): Pixels {
  const [count = 0, height = 0, width = 0, channels = 1] = header.shape;
  const isPictures =
    header.code === 'u1' &&
    (header.shape.length === 3 || header.shape.length === 4) &&
    (channels === 1 || channels === 3) &&
    bytes.length > 0;
  if (!isPictures) {
    const reason = `\`images\` is ${header.code} [${header.shape.join(', ')}]`;
    return fail('dataset-arrays', { path, reason });
  }
  if (count > maxPictures)
    fail('dataset-arrays', { path, reason: `${count} pictures; use a folder` });
  return { count, height, width, channels, bytes };
}

/** Reads a whole number of each size that numpy stores labels in. */
const wholeNumbers: Readonly<Record<string, (view: DataView, index: number) => number>> = {
  u1: (view, index) => view.getUint8(index),
  i1: (view, index) => view.getInt8(index),
  i2: (view, index) => view.getInt16(index * 2, true),
  i4: (view, index) => view.getInt32(index * 4, true),
  i8: (view, index) => Number(view.getBigInt64(index * 8, true)),
};

function labelsOf(path: string, { header, bytes }: NumpyArray, count: number): readonly number[] {
  const { code, shape } = header;
  const read = ownValue(wholeNumbers, code);
  const [length = 0, ...rest] = shape;
  if (!read || length !== count || rest.some((size) => size !== 1)) {
    const reason = `\`labels\` is ${code} [${shape.join(', ')}] for ${count} pictures`;
    return fail('dataset-arrays', { path, reason });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => read(view, index));
}

function checkRange(file: string, labels: readonly number[], classes: number): void {
  const least = labels.reduce((a, b) => Math.min(a, b), 0);
  const most = labels.reduce((a, b) => Math.max(a, b), 0);
  if (least < 0 || most >= classes) fail('dataset-list-range', { file, least, most, classes });
}

/** What npy.ts finds wrong is wrong with the data set. */
async function readArrays(path: string, store: FileStore) {
  try {
    const images = await readArray(path, store, 'images');
    return { images, labels: await readArray(path, store, 'labels') };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const [first] = error.diagnostics;
    if (!first || first.code === 'dataset-arrays') throw error;
    return fail('dataset-malformed', { path, reason: first.message.replace(/\.$/, '') });
  }
}

/** Pictures in an array `images` uint8 [N, H, W] or [N, H, W, C] and their classes in `labels` [N]. Throws DiagnosticError `dataset-arrays`. */
export async function createNpzDataset(
  path: string,
  store: FileStore,
  { classes }: ClassRules,
): Promise<Dataset> {
  const arrays = await readArrays(path, store);
  const { count, height, width, channels, bytes } = pixelsOf(path, arrays.images);
  const labels = labelsOf(path, arrays.labels, count);
  checkRange(path, labels, classes);
  const sizeBytes = height * width * channels;
  const read = (index: number) => bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes);
  const images = labels.map((label, index) => ({ name: String(index), label }));
  return {
    path,
    images,
    digest: digestListing(
      images,
      images.map(() => sizeBytes),
    ),
    diagnostics: [],
    decode: async (index) => ({ width, height, channels, data: read(index), orientation: 1 }),
    readBytes: async (index) => read(index),
    close: () => store.close(),
  };
}
