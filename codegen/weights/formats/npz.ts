import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { tensorOfOtherType } from './foreign-tensor.ts';
import { npyTensor, parseNpyHeader } from './npy.ts';
import { dataTypeOfNumpy } from './numpy-type.ts';
import type { ZipEntry } from './zip-archive.ts';

const extension = '.npy';

/** Kinds of arrays that are no tensors and that nothing is done with: text, bytes, dates. */
const harmlessKinds = /^[USMm]/;

export function isNpz(entries: ReadonlyMap<string, ZipEntry>): boolean {
  return entries.size > 0 && [...entries.keys()].every((path) => path.endsWith(extension));
}

interface NamedTensor {
  readonly name: string;
  /** Absent: not a tensor. */
  readonly source?: TensorSource;
}

async function openEntry(entry: ZipEntry): Promise<NamedTensor> {
  const name = entry.path.slice(0, -extension.length);
  const header = await parseNpyHeader(entry);
  if (harmlessKinds.test(header.code)) return { name };
  if (!dataTypeOfNumpy(header.code)) {
    const label = { file: entry.name, tensor: name };
    return { name, source: tensorOfOtherType(header.shape, `numpy ${header.code}`, label) };
  }
  const source = npyTensor(entry, header, { tensor: name, bfloat16: true });
  return { name, source };
}

/** `.npz`: a zip of `.npy` files, one a tensor; stored, not compressed. */
export async function openNpz(entries: ReadonlyMap<string, ZipEntry>): Promise<WeightsFile> {
  const tensors = new Map<string, TensorSource>();
  const skipped: string[] = [];
  let file = '';
  for (const entry of entries.values()) {
    file = entry.name;
    const { name, source } = await openEntry(entry);
    if (source) tensors.set(name, source);
    else skipped.push(name);
  }
  if (tensors.size === 0) fail('weights-no-state-dict', { file, found: 'no tensor' });
  const notes =
    skipped.length > 0 ? [`Not numbers, left aside: ${skipped.slice(0, 8).join(', ')}.`] : [];
  const isBfloat16 = [...tensors.values()].some(({ dataType }) => dataType === 'bfloat16');
  return {
    name: file,
    format: 'npz',
    tensors,
    notes: [...notes, ...(isBfloat16 ? ['Type uint16 is read as bfloat16.'] : [])],
  };
}
