/*
 * A model of one node, EPContext, that names a compiled engine: what onnxruntime's execution providers load in place of the graph (its "EP Context
 * Cache Feature Design").
 */
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import type { Graph } from '../ir/graph.ts';
import { concatBytes } from './bytes.ts';
import { encodeMetadata, encodeModelHead, encoders, encodeValue } from './messages.ts';

const { onnx } = onnxProto;

/** onnxruntime's own operators, at their only version. */
const contributed = { domain: 'com.microsoft', version: 1 } as const;

export interface EpContext {
  /** The graph that was compiled: its inputs and outputs are those of the engine. */
  readonly graph: Pick<Graph, 'name' | 'opset' | 'inputs' | 'outputs'>;
  /** Of the node, by their names; numbers are int64. */
  readonly attributes: Readonly<Record<string, number | string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly producerVersion: string;
}

function encodeAttribute([name, value]: readonly [string, number | string]): Onnx.IAttributeProto {
  return { name, ...encoders[typeof value === 'number' ? 'int' : 'string'](value) };
}

/** The model as bytes of an ONNX file. */
export function encodeEpContext({
  graph: { name, opset, inputs, outputs },
  attributes,
  metadata,
  producerVersion,
}: EpContext): Uint8Array {
  const node = {
    name,
    opType: 'EPContext',
    domain: contributed.domain,
    input: inputs.map((value) => value.name),
    output: outputs.map((value) => value.name),
    attribute: Object.entries(attributes).map(encodeAttribute),
  };
  const graph = {
    name,
    node: [node],
    input: inputs.map(encodeValue),
    output: outputs.map(encodeValue),
  };
  // Messages may be concatenated: lists go on where they ended.
  return concatBytes([
    encodeModelHead(opset, producerVersion),
    onnx.ModelProto.encode({ opsetImport: [contributed], graph }).finish(),
    encodeMetadata(metadata),
  ]);
}
