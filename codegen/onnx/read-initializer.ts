/* Reads what a TensorProto says of itself, and holds it against the bytes that it has; its numbers stay where they are. */
import { append } from '../../src/collections/append.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { printable } from '../../src/diagnostics/printable.ts';
import { type DataType, dataTypeNames } from '../ir/types.ts';
import type { ByteSource } from '../tensors/byte-source.ts';
import { isWrittenAs } from './check-message.ts';
import { messageShapes } from './message-shapes.ts';
import { readVarint, type WireField, type WireReader, wireTypes } from './wire.ts';

export interface OnnxInitializer {
  readonly name: string;
  /** rcc's name of the type, or ONNX's number where rcc has none. */
  readonly dataType: DataType | number;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
  /** Where its raw_data lies in the file; undefined where it is stored otherwise. */
  readonly dataOffset: number | undefined;
}

const fields = { dims: 1, dataType: 2, name: 8, rawData: 9, dataLocation: 14 } as const;

/** numpy's arrays have at most 64. */
const mostDims = 64;
const mostDimBytes = mostDims * 10;
const mostNameBytes = 4096;

/** Bits of an element by ONNX's number of its type (onnx.proto3, TensorProto.DataType); a string has no fixed size. */
const elementBits: Readonly<Record<number, number>> = {
  ...{ 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64 },
  ...{ 14: 64, 15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8 },
  ...{ 25: 2, 26: 2 },
};

/** Fewest and most bytes of a number in the lists that stand for raw_data. */
const listedBytes: Readonly<Record<number, readonly [number, number]>> = {
  4: [4, 4],
  5: [1, 10],
  7: [1, 10],
  10: [8, 8],
  11: [1, 10],
};
const stringData = 6;

/** How a tensor is stored. */
interface Stored {
  readonly dims: number[];
  name: string;
  type: number;
  raw: WireField | undefined;
  /** Numbers in lists, or strings: at least and at most so many. */
  readonly listed: [number, number];
  isElsewhere: boolean;
}

type Refuse = (reason: string) => never;

async function readDims(source: ByteSource, field: WireField, refuse: Refuse): Promise<number[]> {
  if (field.wireType === wireTypes.varint) return [field.varint];
  const length = field.end - field.offset;
  if (length > mostDimBytes) refuse(`a tensor of more than ${mostDims} dimensions`);
  const cursor = { bytes: await source.read(field.offset, length), at: 0 };
  const dims: number[] = [];
  while (cursor.at < length) {
    dims.push(readVarint(cursor) ?? refuse('the sizes of a tensor end early'));
  }
  return dims;
}

async function readName(source: ByteSource, { offset, end }: WireField): Promise<string> {
  const bytes = await source.read(offset, Math.min(end - offset, mostNameBytes));
  return new TextDecoder().decode(bytes);
}

function addListed({ listed }: Stored, { field, wireType, offset, end }: WireField): void {
  const [fewest, most] = listedBytes[field] ?? [];
  const isPacked = wireType === wireTypes.bytes && fewest !== undefined;
  listed[0] += isPacked ? Math.ceil((end - offset) / (most ?? 1)) : 1;
  listed[1] += isPacked ? Math.floor((end - offset) / fewest) : 1;
}

async function readField(
  stored: Stored,
  source: ByteSource,
  field: WireField,
  refuse: Refuse,
): Promise<void> {
  if (!isWrittenAs(field.wireType, messageShapes.tensor[field.field])) {
    refuse(`its bytes make no message at offset ${field.start}`);
  }
  if (field.field === fields.dims) append(stored.dims, await readDims(source, field, refuse));
  else if (field.field === fields.dataType) stored.type = field.varint;
  else if (field.field === fields.dataLocation) stored.isElsewhere = field.varint === 1;
  else if (field.field === fields.rawData) stored.raw = field;
  else if (field.field === fields.name) stored.name = await readName(source, field);
  else if (field.field === stringData || listedBytes[field.field]) addListed(stored, field);
  if (stored.dims.length > mostDims) refuse(`a tensor of more than ${mostDims} dimensions`);
}

/** Elements that the lists hold where they hold this many numbers: complex ones take two, of 4 bits and less several share one. */
function elementsPerNumber(type: number): number {
  if (type === 14 || type === 15) return 1 / 2;
  const bits = elementBits[type] ?? 8;
  return bits < 8 ? 8 / bits : 1;
}

function fits({ type, raw, listed }: Stored, elements: number): boolean {
  const bits = elementBits[type];
  if (raw) {
    return bits === undefined || raw.end - raw.offset === Math.ceil((elements * bits) / 8);
  }
  const numbers = Math.ceil(elements / elementsPerNumber(type));
  return numbers >= listed[0] && numbers <= listed[1];
}

function checkSizes(stored: Stored, refuse: Refuse): void {
  const { dims, name, isElsewhere } = stored;
  const shown = `'${printable(name)}' is [${dims.join(', ')}]`;
  const elements = dims.reduce((product, dim) => product * dim, 1);
  const isPossible = dims.every((dim) => dim >= 0) && Number.isSafeInteger(elements);
  if (!isPossible) refuse(`${shown}, which is no size of a tensor`);
  if (!isElsewhere && !fits(stored, elements)) refuse(`${shown}, and its data has another size`);
}

/** The TensorProto that a field of a source holds. Throws DiagnosticError `onnx-malformed` where its sizes are none, or not those of its data. */
export async function readInitializer(
  source: ByteSource,
  reader: WireReader,
  { offset, end }: WireField,
): Promise<OnnxInitializer> {
  const refuse: Refuse = (reason) => fail('onnx-malformed', { file: source.name, reason });
  const stored: Stored = {
    dims: [],
    name: '',
    type: 0,
    raw: undefined,
    listed: [0, 0],
    isElsewhere: false,
  };
  for await (const run of reader.runs(offset, end)) {
    for (const field of run) await readField(stored, source, field, refuse);
  }
  checkSizes(stored, refuse);
  const { name, type, dims, raw } = stored;
  return {
    name,
    dataType: dataTypeNames.get(type) ?? type,
    shape: dims,
    sizeBytes: raw ? raw.end - raw.offset : end - offset,
    dataOffset: raw?.offset,
  };
}
