/* Reads an ONNX file for inspection: nodes and types are decoded, weights stay where they are. */

import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { reading } from '../../src/diagnostics/outside-data.ts';
import { printable } from '../../src/diagnostics/printable.ts';
import { type Refusal, refusal } from '../../src/diagnostics/refusal.ts';
import type { ByteSource } from '../tensors/byte-source.ts';
import { faultOfMessage } from './check-message.ts';
import type { MessageName } from './message-shapes.ts';
import { type OnnxInitializer, readInitializer } from './read-initializer.ts';
import { type WireField, WireReader, wireTypes } from './wire.ts';

export type { OnnxInitializer } from './read-initializer.ts';

const { onnx } = onnxProto;

/** Largest message, weights left out, that is decoded. */
const largestMessageBytes = 1 << 26;
/** A network of a thousand layers has some thousand. */
export const mostTensors = 2 ** 16;

export interface OnnxFile {
  /** ModelProto without graph. */
  readonly model: Onnx.ModelProto;
  /** GraphProto without initializers. */
  readonly graph: Onnx.GraphProto;
  readonly initializers: readonly OnnxInitializer[];
}

const modelGraphField = 7;
const graphInitializerField = 5;

const malformed: Refusal<'onnx-malformed'> = refusal('onnx-malformed');

/** Fields of one message that are decoded, where they lie; neighbours are one part. */
interface Kept {
  readonly parts: { start: number; end: number }[];
  sizeBytes: number;
}

function keep(kept: Kept, { start, end }: WireField, source: ByteSource): void {
  kept.sizeBytes += end - start;
  if (kept.sizeBytes > largestMessageBytes) {
    malformed(
      { file: source.name },
      `it holds more than ${largestMessageBytes} bytes beside its weights`,
    );
  }
  const last = kept.parts.at(-1);
  if (last?.end === start) last.end = end;
  else kept.parts.push({ start, end });
}

async function readKept({ parts, sizeBytes }: Kept, source: ByteSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const { start, end } of parts) {
    bytes.set(await source.read(start, end - start), at);
    at += end - start;
  }
  return bytes;
}

async function decodeKept<T>(
  kept: Kept,
  source: ByteSource,
  name: MessageName,
  type: { decode(bytes: Uint8Array): T },
): Promise<T> {
  const bytes = await readKept(kept, source);
  const fault = faultOfMessage(name, bytes);
  if (fault !== undefined) malformed({ file: source.name }, fault);
  return reading(
    (reason) => malformed({ file: source.name }, reason),
    () => type.decode(bytes),
  );
}

function checkDims(source: ByteSource, { name, type }: Onnx.IValueInfoProto): void {
  const sizes = (type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => Number(dimValue ?? 0));
  const elements = sizes.reduce((product, size) => product * size, 1);
  if (sizes.every((size) => size >= 0) && Number.isSafeInteger(elements)) return;
  const shown = `'${printable(name ?? '')}' is [${sizes.slice(0, 8).join(', ')}]`;
  malformed({ file: source.name }, `${shown}, which is no size of a tensor`);
}

interface Found {
  readonly model: Kept;
  readonly graph: Kept;
  readonly initializers: OnnxInitializer[];
  graphs: number;
}

async function addTensor(found: Found, source: ByteSource, reader: WireReader, at: WireField) {
  found.initializers.push(await readInitializer(source, reader, at));
  if (found.initializers.length > mostTensors) {
    malformed({ file: source.name }, `it holds more than ${mostTensors} tensors`);
  }
}

async function findInGraph(found: Found, source: ByteSource, reader: WireReader, at: WireField) {
  found.graphs++;
  if (found.graphs > 1) malformed({ file: source.name }, 'it holds more than one graph');
  for await (const run of reader.runs(at.offset, at.end)) {
    for (const field of run) {
      const isTensor = field.field === graphInitializerField && field.wireType === wireTypes.bytes;
      if (isTensor) await addTensor(found, source, reader, field);
      else keep(found.graph, field, source);
    }
  }
}

async function findInModel(source: ByteSource): Promise<Found> {
  const empty = (): Kept => ({ parts: [], sizeBytes: 0 });
  const found: Found = { model: empty(), graph: empty(), initializers: [], graphs: 0 };
  const reader = new WireReader(source);
  for await (const run of reader.runs(0, source.sizeBytes)) {
    for (const field of run) {
      const isGraph = field.field === modelGraphField && field.wireType === wireTypes.bytes;
      if (isGraph) await findInGraph(found, source, reader, field);
      else keep(found.model, field, source);
    }
  }
  if (found.graphs === 0) malformed({ file: source.name }, 'it holds no graph');
  return found;
}

/** Reads the structure of an ONNX file in memory bounded by its nodes. Throws DiagnosticError `onnx-malformed`. */
export async function readOnnx(source: ByteSource): Promise<OnnxFile> {
  const found = await findInModel(source);
  const graph = await decodeKept(found.graph, source, 'graph', onnx.GraphProto);
  for (const value of [...graph.input, ...graph.output, ...graph.valueInfo])
    checkDims(source, value);
  return {
    model: await decodeKept(found.model, source, 'model', onnx.ModelProto),
    graph,
    initializers: found.initializers,
  };
}
