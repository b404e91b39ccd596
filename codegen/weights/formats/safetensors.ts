import { ownValue } from '../../../src/collections/own-value.ts';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { printable } from '../../../src/diagnostics/printable.ts';
import { type Refusal, refusal } from '../../../src/diagnostics/refusal.ts';
import { type DataType, dataTypes } from '../../ir/types.ts';
import { readRange } from '../../tensors/byte-range.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import { storedTensor } from '../../tensors/stored-tensor.ts';
import { checkShape, rowMajorStrides } from '../../tensors/tensor-layout.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { tensorOfOtherType } from './foreign-tensor.ts';
import { fieldsOf } from './json-fields.ts';

/** ResNet-200's header has 110 kB. The format itself allows 100 MB (safetensors 0.8.0, README), which no network fills. */
const maxHeaderBytes = 4_194_304;
const lengthBytes = 8;
const metadataKey = '__metadata__';

/** safetensors' dtypes that are read; a tensor of another (F8_*, U16 to C64) keeps its place. */
const types: Readonly<Record<string, DataType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

/** Bytes of an element, which the names of types tell: `F8_E4M3`, `U16`, `C64`, `F4` (half a byte). */
function bytesOf(dtype: string): number | undefined {
  const known = ownValue(types, dtype);
  if (known) return dataTypes[known].sizeBytes;
  const [, bits] = /^[A-Z]+(\d{1,4})/.exec(dtype) ?? [];
  return bits === undefined ? undefined : Number(bits) / 8;
}

interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const malformed: Refusal<'weights-safetensors-malformed'> = refusal(
  'weights-safetensors-malformed',
);

/** Position of the quote that ends a string which begins at `start`. JSON ends each. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

function isBeforeColon(json: string, start: number): boolean {
  let at = start;
  while (json.charCodeAt(at) <= 0x20) at++;
  return json[at] === ':';
}

function isNew(keys: Set<string> | undefined, key: string): boolean {
  const before = keys?.size;
  return keys?.add(key).size !== before;
}

/** A key that an object has twice, as it is written: JSON.parse keeps the last of two equal ones and says nothing. The text is known to be JSON. */
function keyTwice(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at] ?? '';
    if ('{['.includes(character)) open.push(new Set());
    else if ('}]'.includes(character)) open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      const text = json.slice(at, end + 1);
      if (isBeforeColon(json, end + 1) && !isNew(open.at(-1), JSON.parse(text))) return text;
      at = end;
    }
  }
  return undefined;
}

function parseHeader(file: string, bytes: Uint8Array): [string, unknown][] {
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const header: unknown = JSON.parse(json);
    if (typeof header !== 'object' || header === null || Array.isArray(header)) {
      return malformed({ file }, 'its header is no JSON object');
    }
    const twice = keyTwice(json);
    if (twice !== undefined) return malformed({ file }, `its header has ${printable(twice)} twice`);
    return Object.entries(header);
  } catch (error) {
    // Deep nesting ends JSON.parse with a RangeError, anything else with a SyntaxError.
    if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) {
      return malformed({ file }, 'its header is no JSON');
    }
    throw error;
  }
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** Says of a part of an entry that it is missing, or what it is instead. */
function wrongEntry(
  file: string,
  name: string,
  part: Readonly<Record<string, unknown>>,
  wanted: string,
): never {
  const [[key = '', value] = []] = Object.entries(part);
  const found = value === undefined ? 'missing' : printable(JSON.stringify(value));
  return malformed({ file }, `the ${key} of '${name}' is ${found}, not ${wanted}`);
}

function checkEntry(file: string, name: string, value: unknown): HeaderEntry {
  // What is no object has none of the parts.
  const entry: Readonly<Record<string, unknown>> = { ...(value as object) };
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string') return wrongEntry(file, name, { dtype }, 'the name of a type');
  if (!isIntegers(shape)) return wrongEntry(file, name, { shape }, 'a list of sizes');
  if (!isIntegers(offsets) || offsets.length !== 2) {
    return wrongEntry(file, name, { data_offsets: offsets }, 'a list of two offsets');
  }
  const label = { file, tensor: name };
  const [begin = 0, end = 0] = offsets;
  const elementBytes = bytesOf(dtype);
  const elements = checkShape(shape, elementBytes ?? 1, label);
  const sizeBytes = elementBytes === undefined ? end - begin : elements * elementBytes;
  if (end < begin || end - begin !== sizeBytes) {
    const reason = `shape [${shape.join(', ')}] needs ${sizeBytes} bytes, its offsets are [${offsets.join(', ')}]`;
    return fail('weights-tensor-malformed', { ...label, reason });
  }
  return { name, dtype, shape, begin, end };
}

/** Tensors must follow each other from the first byte to the last, without hole or overlap. */
function checkTiling(file: string, entries: readonly HeaderEntry[], dataBytes: number): void {
  let at = 0;
  for (const { name, begin, end } of entries.toSorted(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== at)
      malformed({ file }, `'${name}' begins at ${begin}, the one before it ends at ${at}`);
    at = end;
  }
  if (at < dataBytes) malformed({ file }, `${dataBytes - at} bytes after the last tensor`);
  if (at > dataBytes) fail('weights-truncated', { file, neededBytes: at, sizeBytes: dataBytes });
}

function source(file: ByteSource, dataStart: number, entry: HeaderEntry): TensorSource {
  const { name, dtype, shape, begin, end } = entry;
  const dataType = ownValue(types, dtype);
  if (!dataType) {
    return tensorOfOtherType(shape, `safetensors ${dtype}`, { file: file.name, tensor: name });
  }
  const storage: ByteSource = {
    name: file.name,
    sizeBytes: end - begin,
    read: (offset, length, into) => readRange(file, dataStart + begin + offset, length, into),
  };
  return storedTensor(storage, { dataType, shape, strides: rowMajorStrides(shape), offset: 0 });
}

/** The texts in a header's metadata; the format has no other values there. */
function metadataIn(header: readonly (readonly [string, unknown])[]): ReadonlyMap<string, string> {
  const [, values] = header.find(([name]) => name === metadataKey) ?? [];
  const entries = Object.entries(fieldsOf(values));
  return new Map(
    entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/** `.safetensors`: a JSON header, then the tensors one after another. */
export async function openSafetensors(file: ByteSource): Promise<WeightsFile> {
  const length = await readRange(file, 0, lengthBytes);
  const headerBytes = Number(new DataView(length.buffer, length.byteOffset).getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes)
    malformed({ file: file.name }, `a header of ${headerBytes} bytes`);
  const header = parseHeader(file.name, await readRange(file, lengthBytes, headerBytes));
  const entries = header
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => checkEntry(file.name, name, value));
  const dataStart = lengthBytes + headerBytes;
  checkTiling(file.name, entries, file.sizeBytes - dataStart);
  const inFileOrder = entries.toSorted((a, b) => a.begin - b.begin);
  const tensors = new Map(inFileOrder.map((entry) => [entry.name, source(file, dataStart, entry)]));
  if (tensors.size === 0) fail('weights-no-state-dict', { file: file.name, found: 'no tensor' });
  const metadata = metadataIn(header);
  return { name: file.name, format: 'safetensors', tensors, notes: [], metadata };
}
