import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { printable } from '../../../src/diagnostics/printable.ts';
import { type Refusal, refusal } from '../../../src/diagnostics/refusal.ts';
import { type DataType, dataTypes } from '../../ir/types.ts';
import { readRange, sliceSource } from '../../tensors/byte-range.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import { type ByteOrder, storedTensor } from '../../tensors/stored-tensor.ts';
import { checkLayout, columnMajorStrides, rowMajorStrides } from '../../tensors/tensor-layout.ts';
import { readAll, type TensorSource } from '../../tensors/tensor-source.ts';
import { byteOrderOfNumpy, dataTypeOfNumpy, numpyCodeOf } from './numpy-type.ts';

/** Header of a `.npy` file (numpy.lib.format, versions 1 to 3). */
export interface NpyHeader {
  /** Kind and item size, e.g. `f4`. */
  readonly code: string;
  readonly byteOrder: ByteOrder;
  readonly isColumnMajor: boolean;
  readonly shape: readonly number[];
  /** Position of the first element. */
  readonly dataOffset: number;
}

/** A tensor in memory: bytes are row-major, little-endian. */
export interface NpyArray {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export const npyMagic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** numpy's own cap on a header that it evaluates (numpy.lib.format, max_header_size). */
const maxHeaderBytes = 10_000;
const alignmentBytes = 64;

const malformed: Refusal<'npy-malformed'> = refusal('npy-malformed');

/** An entry of a header, e.g. `'shape': (2, 3), `; numpy evaluates it as Python. */
const headerEntry =
  /\s*'(?:(descr)'\s*:\s*'([^']*)'|(fortran_order)'\s*:\s*(True|False)|(shape)'\s*:\s*\(([\d\s,]*)\))\s*(?:,|(?=\}))/y;

/** The entries of `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, in any order, each once; undefined where it is anything else. */
function readEntries(text: string): ReadonlyMap<string, string> | undefined {
  const entries = new Map<string, string>();
  const [, dictionary = ''] = /^\s*\{(.*\})\s*$/s.exec(text) ?? [];
  let at = 0;
  for (let turn = 0; turn < 3; turn++) {
    headerEntry.lastIndex = at;
    const found = headerEntry.exec(dictionary)?.filter((part) => part !== undefined);
    if (!found) return undefined;
    const [{ length }, key, value] = found as [string, string, string];
    entries.set(key, value);
    at += length;
  }
  return entries.size === 3 && /^\s*\}$/.test(dictionary.slice(at)) ? entries : undefined;
}

function sizeOf(file: string, digits: string): number {
  const size = Number(digits);
  return Number.isSafeInteger(size)
    ? size
    : malformed({ file }, `${printable(digits)} is a dimension beyond any array's`);
}

function parseDictionary(file: string, text: string): Omit<NpyHeader, 'dataOffset'> {
  if (/'descr'\s*:\s*\[/.test(text)) return malformed({ file }, 'it holds records, not numbers');
  const entries = readEntries(text);
  if (!entries) return malformed({ file }, 'its header is not that of an array');
  // A date has its unit behind it: `<M8[ns]`.
  const [, mark = '', code = ''] =
    /^([<>=|]?)(\w+)(?:\[\w+\])?$/.exec(entries.get('descr') ?? '') ?? [];
  if (code === '') return malformed({ file }, 'its header has no element type');
  const sizes =
    entries
      .get('shape')
      ?.split(',')
      .map((size) => size.trim()) ?? [];
  return {
    code,
    byteOrder: byteOrderOfNumpy(mark),
    isColumnMajor: entries.get('fortran_order') === 'True',
    shape: sizes.filter((size) => size !== '').map((size) => sizeOf(file, size)),
  };
}

/** Enough for the header of any array that numpy.save writes; a longer one costs a second read. */
const usualHeaderBytes = 256;

/** The header at the beginning of a `.npy` file; DiagnosticError `npy-malformed` where it is none. */
export async function parseNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const { name: file } = source;
  const start = await readRange(source, 0, Math.min(usualHeaderBytes, source.sizeBytes));
  if (start.length < 12 || !npyMagic.every((byte, index) => start[index] === byte)) {
    return malformed({ file }, 'it does not begin as a .npy file');
  }
  const major = start[6] ?? 0;
  if (major < 1 || major > 3) return malformed({ file }, `version ${major} is not known`);
  const view = new DataView(start.buffer, start.byteOffset);
  const textStart = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > maxHeaderBytes) return malformed({ file }, `a header of ${length} bytes`);
  const dataOffset = textStart + length;
  const header =
    dataOffset <= start.length
      ? start.subarray(0, dataOffset)
      : await readRange(source, 0, dataOffset);
  const text = new TextDecoder('latin1').decode(header.subarray(textStart));
  return { ...parseDictionary(file, text), dataOffset };
}

export interface NpyOptions {
  /** What diagnostics call the tensor. */
  readonly tensor?: string;
  /** Whether `u2` is bfloat16, as in weights; otherwise it is a type that rcc does not know. */
  readonly bfloat16?: boolean;
}

/** The tensor behind a header, to be read when wanted. */
export function npyTensor(
  source: ByteSource,
  header: NpyHeader,
  { tensor = 'the array', bfloat16 = false }: NpyOptions = {},
): TensorSource {
  const { shape, code, dataOffset } = header;
  const label = { file: source.name, tensor };
  const dataType = dataTypeOfNumpy(code);
  if (!dataType || (dataType === 'bfloat16' && !bfloat16)) {
    return fail('weights-tensor-type', { ...label, type: `numpy ${code}` });
  }
  const strides = header.isColumnMajor ? columnMajorStrides(shape) : rowMajorStrides(shape);
  const elements = shape.reduce((product, size) => product * size, 1);
  const layout = { dataType, shape, strides, offset: 0 };
  checkLayout(layout, elements, label);
  const sizeBytes = elements * dataTypes[dataType].sizeBytes;
  const data = sliceSource(source, dataOffset, sizeBytes);
  const rest = source.sizeBytes - dataOffset - sizeBytes;
  if (rest > 0) malformed({ file: source.name }, `${rest} bytes after the array`);
  return storedTensor(data, layout, header.byteOrder);
}

/** A `.npy` file, read whole. */
export async function readNpy(source: ByteSource): Promise<NpyArray> {
  const tensor = npyTensor(source, await parseNpyHeader(source));
  return { dataType: tensor.dataType, shape: tensor.shape, bytes: await readAll(tensor) };
}

/** A `.npy` file of version 1.0, as numpy.save writes it: data starts at a multiple of 64. */
export function encodeNpy({ dataType, shape, bytes }: NpyArray): Uint8Array {
  const code = numpyCodeOf(dataType);
  if (!code) throw new Error(`numpy has no ${dataType}`);
  const mark = dataTypes[dataType].sizeBytes === 1 ? '|' : '<';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${mark}${code}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const unpadded = 10 + text.length + 1;
  const headerBytes = Math.ceil(unpadded / alignmentBytes) * alignmentBytes;
  const result = new Uint8Array(headerBytes + bytes.length);
  result.set([...npyMagic, 1, 0]);
  new DataView(result.buffer).setUint16(8, headerBytes - 10, true);
  const padded = `${text.padEnd(headerBytes - 11)}\n`;
  result.set(new TextEncoder().encode(padded), 10);
  result.set(bytes, headerBytes);
  return result;
}
