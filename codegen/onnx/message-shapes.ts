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

/** Numbers of each message's fields by how they are written. */
const fieldNumbers: Readonly<
  Record<MessageName, Readonly<Partial<Record<FieldShape, readonly number[]>>>>
> = {
  model: {
    varint: [1, 5],
    bytes: [2, 3, 4, 6],
    graph: [7],
    opset: [8],
    texts: [14],
    training: [20],
    function: [25],
  },
  graph: {
    node: [1],
    bytes: [2, 10],
    tensor: [5],
    valueInfo: [11, 12, 13],
    annotation: [14],
    sparseTensor: [15],
  },
  node: { bytes: [1, 2, 3, 4, 6, 7], attribute: [5] },
  attribute: {
    bytes: [1, 4, 9, 13, 21],
    fixed32: [2],
    varint: [3, 20],
    tensor: [5, 10],
    graph: [6, 11],
    fixed32s: [7],
    varints: [8],
    type: [14, 15],
    sparseTensor: [22, 23],
  },
  tensor: {
    varints: [1, 5, 7, 11],
    varint: [2, 14],
    range: [3],
    fixed32s: [4],
    bytes: [6, 8, 9, 12],
    fixed64s: [10],
    texts: [13],
  },
  sparseTensor: { tensor: [1, 2], varints: [3] },
  valueInfo: { bytes: [1, 3], type: [2] },
  type: { arrayType: [1, 8], listType: [4, 9], mapType: [5], bytes: [6] },
  arrayType: { varint: [1], shape: [2] },
  listType: { type: [1] },
  mapType: { varint: [1], type: [2] },
  shape: { dimension: [1] },
  dimension: { varint: [1], bytes: [2, 3] },
  training: { graph: [1, 2], texts: [3, 4] },
  function: { bytes: [1, 4, 5, 6, 8, 10], node: [7], opset: [9] },
  annotation: { bytes: [1], texts: [2] },
  texts: { bytes: [1, 2] },
  range: { varint: [1, 2] },
  opset: { bytes: [1], varint: [2] },
};

function shapeOf(numbers: Readonly<Partial<Record<FieldShape, readonly number[]>>>): MessageShape {
  return Object.fromEntries(
    Object.entries(numbers).flatMap(([shape, all]) => all.map((number) => [number, shape])),
  ) as MessageShape;
}

export const messageShapes = Object.fromEntries(
  Object.entries(fieldNumbers).map(([name, numbers]) => [name, shapeOf(numbers)]),
) as Readonly<Record<MessageName, MessageShape>>;
