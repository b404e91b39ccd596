/* Fields of ONNX's messages by number (onnx.proto3), as far as onnx-proto decodes them: what is not here it skips. */

/** How a field is written: a number, bytes (a string, too), a list of numbers, packed or not, or a message. */
export type FieldShape =
  | 'varint'
  | 'fixed32'
  | 'bytes'
  | 'varints'
  | 'fixed32s'
  | 'fixed64s'
  | MessageName;

export type MessageShape = Readonly<Record<number, FieldShape>>;

export type MessageName =
  | 'model'
  | 'graph'
  | 'node'
  | 'attribute'
  | 'tensor'
  | 'sparseTensor'
  | 'valueInfo'
  | 'type'
  | 'arrayType'
  | 'listType'
  | 'mapType'
  | 'shape'
  | 'dimension'
  | 'training'
  | 'function'
  | 'annotation'
  | 'texts'
  | 'range'
  | 'opset';

export const messageShapes: Readonly<Record<MessageName, MessageShape>> = {
  model: {
    ...{ 1: 'varint', 2: 'bytes', 3: 'bytes', 4: 'bytes', 5: 'varint', 6: 'bytes' },
    ...{ 7: 'graph', 8: 'opset', 14: 'texts', 20: 'training', 25: 'function' },
  },
  graph: {
    ...{ 1: 'node', 2: 'bytes', 5: 'tensor', 10: 'bytes', 11: 'valueInfo', 12: 'valueInfo' },
    ...{ 13: 'valueInfo', 14: 'annotation', 15: 'sparseTensor' },
  },
  node: { 1: 'bytes', 2: 'bytes', 3: 'bytes', 4: 'bytes', 5: 'attribute', 6: 'bytes', 7: 'bytes' },
  attribute: {
    ...{ 1: 'bytes', 2: 'fixed32', 3: 'varint', 4: 'bytes', 5: 'tensor', 6: 'graph' },
    ...{ 7: 'fixed32s', 8: 'varints', 9: 'bytes', 10: 'tensor', 11: 'graph', 13: 'bytes' },
    ...{ 14: 'type', 15: 'type', 20: 'varint', 21: 'bytes' },
    ...{ 22: 'sparseTensor', 23: 'sparseTensor' },
  },
  tensor: {
    ...{ 1: 'varints', 2: 'varint', 3: 'range', 4: 'fixed32s', 5: 'varints', 6: 'bytes' },
    ...{ 7: 'varints', 8: 'bytes', 9: 'bytes', 10: 'fixed64s', 11: 'varints', 12: 'bytes' },
    ...{ 13: 'texts', 14: 'varint' },
  },
  sparseTensor: { 1: 'tensor', 2: 'tensor', 3: 'varints' },
  valueInfo: { 1: 'bytes', 2: 'type', 3: 'bytes' },
  type: {
    ...{ 1: 'arrayType', 4: 'listType', 5: 'mapType', 6: 'bytes', 8: 'arrayType', 9: 'listType' },
  },
  arrayType: { 1: 'varint', 2: 'shape' },
  listType: { 1: 'type' },
  mapType: { 1: 'varint', 2: 'type' },
  shape: { 1: 'dimension' },
  dimension: { 1: 'varint', 2: 'bytes', 3: 'bytes' },
  training: { 1: 'graph', 2: 'graph', 3: 'texts', 4: 'texts' },
  function: {
    ...{ 1: 'bytes', 4: 'bytes', 5: 'bytes', 6: 'bytes', 7: 'node', 8: 'bytes' },
    ...{ 9: 'opset', 10: 'bytes' },
  },
  annotation: { 1: 'bytes', 2: 'texts' },
  texts: { 1: 'bytes', 2: 'bytes' },
  range: { 1: 'varint', 2: 'varint' },
  opset: { 1: 'bytes', 2: 'varint' },
};
