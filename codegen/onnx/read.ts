/* Reads an ONNX file for inspection: nodes and types are decoded, weights stay where they are. */
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { type DataType, dataTypeNames } from '../ir/types.ts';
import type { ByteSource } from '../weights/byte-source.ts';
import { concatBytes } from './bytes.ts';
import { type WireField, WireReader } from './wire.ts';

const { onnx } = onnxProto;

/** Largest message, weights left out, that is decoded. */
const largestMessageBytes = 1 << 26;

export interface OnnxInitializer {
  readonly name: string;
  /** rcc's name of the type, or ONNX's number where rcc has none. */
  readonly dataType: DataType | number;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
  /** Where its raw_data lies in the file; undefined where it is stored otherwise. */
  readonly dataOffset: number | undefined;
}

export interface OnnxFile {
  /** ModelProto without graph. */
  readonly model: Onnx.IModelProto;
  /** GraphProto without initializers. */
  readonly graph: Onnx.IGraphProto;
  readonly initializers: readonly OnnxInitializer[];
}

const modelGraphField = 7;
const graphInitializerField = 5;
const tensorFields = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;

class Kept {
  readonly #source: ByteSource;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async keep(field: WireField): Promise<void> {
    this.#length += field.end - field.start;
    if (this.#length > largestMessageBytes) {
      fail('onnx-malformed', { file: this.#source.name, offset: field.start });
    }
    this.#parts.push(await this.#source.read(field.start, field.end - field.start));
  }

  bytes(): Uint8Array {
    return concatBytes(this.#parts);
  }
}

async function readDims(source: ByteSource, field: WireField): Promise<number[]> {
  if (field.wireType === 0) return [field.varint];
  const bytes = await source.read(field.offset, field.end - field.offset);
  // The packed list, read as the dims of a tensor of its own.
  const packed = new Uint8Array([0x0a, ...varintBytes(bytes.length), ...bytes]);
  return onnx.TensorProto.decode(packed).dims.map(Number);
}

function varintBytes(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varintBytes(Math.floor(value / 128))];
}

async function readInitializer(source: ByteSource, at: WireField): Promise<OnnxInitializer> {
  const reader = new WireReader(source, at.offset, at.end);
  const shape: number[] = [];
  let name = '';
  let type = 0;
  let raw: WireField | undefined;
  for (let field = await reader.next(); field; field = await reader.next()) {
    if (field.field === tensorFields.dims) shape.push(...(await readDims(source, field)));
    else if (field.field === tensorFields.dataType) type = field.varint;
    else if (field.field === tensorFields.rawData) raw = field;
    else if (field.field === tensorFields.name) {
      const length = Math.min(field.end - field.offset, 4096);
      name = new TextDecoder().decode(await source.read(field.offset, length));
    }
  }
  return {
    name,
    dataType: dataTypeNames.get(type) ?? type,
    shape,
    sizeBytes: raw ? raw.end - raw.offset : at.end - at.offset,
    dataOffset: raw?.offset,
  };
}

function decode<T>(
  source: ByteSource,
  type: { decode(bytes: Uint8Array): T },
  bytes: Uint8Array,
): T {
  try {
    return type.decode(bytes);
  } catch {
    return fail('onnx-malformed', { file: source.name, offset: 0 });
  }
}

/** Reads the structure of an ONNX file in memory bounded by its nodes. Throws DiagnosticError `onnx-malformed`. */
export async function readOnnx(source: ByteSource): Promise<OnnxFile> {
  const modelParts = new Kept(source);
  const graphParts = new Kept(source);
  const initializers: OnnxInitializer[] = [];
  const modelReader = new WireReader(source, 0, source.sizeBytes);
  let graphs = 0;
  for (let field = await modelReader.next(); field; field = await modelReader.next()) {
    if (field.field !== modelGraphField || field.wireType !== 2) {
      await modelParts.keep(field);
      continue;
    }
    graphs++;
    const graphReader = new WireReader(source, field.offset, field.end);
    for (let inner = await graphReader.next(); inner; inner = await graphReader.next()) {
      if (inner.field === graphInitializerField && inner.wireType === 2) {
        initializers.push(await readInitializer(source, inner));
      } else await graphParts.keep(inner);
    }
  }
  if (graphs !== 1) fail('onnx-malformed', { file: source.name, offset: 0 });
  return {
    model: decode(source, onnx.ModelProto, modelParts.bytes()),
    graph: decode(source, onnx.GraphProto, graphParts.bytes()),
    initializers,
  };
}
