/*
 * A model file in the order ModelProto head, GraphProto (nodes, then one frame and raw_data a tensor), metadata. The bytes of a tensor are
 * made when they are written, so that memory is bounded by the largest one; field order is free in protobuf. Numbers are judged as they pass: whatever
 * a pass made of them, none is written that is NaN or infinite.
 */

import protobuf from 'protobufjs/minimal.js';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import type { Graph, Initializer } from '../ir/graph.ts';
import { byteCount, type DataType, dataTypes } from '../ir/types.ts';
import { firstNotFinite, firstNotFinite16 } from '../tensors/finite.ts';
import { float32View } from '../tensors/float-bytes.ts';
import type { ByteSink } from './byte-sink.ts';
import { concatBytes } from './bytes.ts';
import { constantsMetadata, encodeGraph, encodeMetadata, encodeModelHead } from './messages.ts';

/** Field number × 8 + wire type 2 (length-delimited) or 0 (varint), from onnx.proto3. */
const tags = {
  modelGraph: (7 << 3) | 2,
  graphInitializer: (5 << 3) | 2,
  tensorDims: (1 << 3) | 2,
  tensorDataType: (2 << 3) | 0,
  tensorName: (8 << 3) | 2,
  tensorRawData: (9 << 3) | 2,
} as const;

export interface WriteModelOptions {
  readonly producerVersion: string;
  /** Asked for after the last tensor, so that digests made on the way can be in it. */
  metadata(): Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
}

interface TensorFrame {
  readonly initializer: Initializer;
  readonly sizeBytes: number;
  /** What stands before the raw bytes. */
  readonly header: Uint8Array;
}

function frameTensor(initializer: Initializer): TensorFrame {
  const { name, type } = initializer;
  const sizeBytes = byteCount(type);
  const fields = protobuf.Writer.create().uint32(tags.tensorDims).fork();
  for (const dim of type.shape) fields.int64(Number(dim));
  fields.ldelim();
  fields.uint32(tags.tensorDataType).int32(dataTypes[type.dataType].onnx);
  fields.uint32(tags.tensorName).string(name);
  fields.uint32(tags.tensorRawData).uint64(sizeBytes);
  const inner = fields.finish();
  const header = protobuf.Writer.create()
    .uint32(tags.graphInitializer)
    .uint64(inner.length + sizeBytes)
    .finish();
  return { initializer, sizeBytes, header: concatBytes([header, inner]) };
}

const searches: Readonly<Partial<Record<DataType, (bytes: Uint8Array) => number>>> = {
  float32: (bytes) => firstNotFinite(float32View(bytes)),
  float16: ({ buffer, byteOffset, byteLength }) =>
    firstNotFinite16(new Uint16Array(buffer, byteOffset, byteLength / 2)),
};

/** DiagnosticError where numbers are not finite. `at` is where the bytes stand in the tensor. */
function checkFinite({ name, type: { dataType } }: Initializer, bytes: Uint8Array, at: number) {
  const index = searches[dataType]?.(bytes) ?? -1;
  if (index >= 0) {
    fail('tensor-not-finite', { tensor: name, index: at / dataTypes[dataType].sizeBytes + index });
  }
}

async function writeTensor(frame: TensorFrame, sink: ByteSink): Promise<void> {
  const { initializer } = frame;
  const { name, source } = initializer;
  if (!source) throw new Error(`'${name}' has no data`);
  await sink.write(frame.header);
  let sizeBytes = 0;
  for await (const rows of source.rows()) {
    checkFinite(initializer, rows, sizeBytes);
    sizeBytes += rows.byteLength;
    await sink.write(rows);
  }
  if (sizeBytes !== frame.sizeBytes) {
    throw new Error(`'${name}' gave ${sizeBytes} bytes, its type has ${frame.sizeBytes}`);
  }
}

/** Writes the graph as an ONNX file. All initializers have sources; operators are ONNX's. */
export async function writeModel(
  graph: Graph,
  sink: ByteSink,
  options: WriteModelOptions,
): Promise<void> {
  const frames = [...graph.initializers.values()].map(frameTensor);
  const nodes = encodeGraph(graph);
  const graphBytes = frames.reduce(
    (sum, frame) => sum + frame.header.length + frame.sizeBytes,
    nodes.length,
  );
  await sink.write(encodeModelHead(graph.opset, options.producerVersion));
  await sink.write(protobuf.Writer.create().uint32(tags.modelGraph).uint64(graphBytes).finish());
  await sink.write(nodes);
  for (const frame of frames) await writeTensor(frame, sink);
  const metadata = { ...(await options.metadata()), ...constantsMetadata(graph) };
  await sink.write(encodeMetadata(metadata));
}
