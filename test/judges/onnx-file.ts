/* An ONNX file as protobuf's own decoder reads it: nothing of rcc's stands between the bytes and their judge. */
import { readFileSync } from 'node:fs';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';

const { onnx } = onnxProto;
const { DataType } = onnx.TensorProto;

type Numbers = Float32Array | Float64Array | Uint16Array | Int8Array | Uint8Array | Int32Array;

/** How the bytes of each type are looked at; float16 as bits. */
const views: Readonly<Record<number, (bytes: ArrayBuffer) => Numbers>> = {
  [DataType.FLOAT]: (bytes) => new Float32Array(bytes),
  [DataType.FLOAT16]: (bytes) => new Uint16Array(bytes),
  [DataType.INT8]: (bytes) => new Int8Array(bytes),
  [DataType.UINT8]: (bytes) => new Uint8Array(bytes),
  [DataType.INT32]: (bytes) => new Int32Array(bytes),
  [DataType.INT64]: (bytes) => Float64Array.from(new BigInt64Array(bytes), Number),
};

export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  /** ONNX's word, `FLOAT16`. */
  readonly type: string;
  /** Row-major; of float16 the bits. */
  readonly values: Numbers;
}

export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly axis: number | undefined;
}

export interface OnnxFile {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/** Whole numbers of 64 bits stand in a field of their own. */
function numbersOf({ name, dataType, rawData, int64Data }: Onnx.ITensorProto): Numbers {
  const view = views[dataType ?? 0];
  if (dataType === DataType.INT64 && int64Data) return Float64Array.from(int64Data, Number);
  if (!view || !rawData) throw new Error(`'${name}' has type ${dataType}, or no raw data`);
  // A copy begins where every type may begin; a Buffer's own slice copies nothing.
  return view(Uint8Array.prototype.slice.call(rawData).buffer as ArrayBuffer);
}

function initializerOf(tensor: Onnx.ITensorProto): Initializer {
  const { name, dims, dataType } = tensor;
  const sizes = (dims ?? []).map(Number);
  const values = numbersOf(tensor);
  const count = sizes.reduce((product, dim) => product * dim, 1);
  if (values.length !== count) throw new Error(`'${name}': ${values.length} numbers for ${sizes}`);
  return { name: name ?? '', dims: sizes, type: DataType[dataType ?? 0] ?? '', values };
}

function nodeOf({ opType, name, input, output, attribute }: Onnx.INodeProto): OnnxNode {
  const axis = attribute?.find((each) => each.name === 'axis')?.i;
  return {
    op: opType ?? '',
    name: name ?? '',
    inputs: input ?? [],
    outputs: output ?? [],
    axis: axis === undefined || axis === null ? undefined : Number(axis),
  };
}

export function readOnnxFile(path: string): OnnxFile {
  const { graph } = onnx.ModelProto.decode(readFileSync(path));
  const initializers = (graph?.initializer ?? []).map(initializerOf);
  return {
    nodes: (graph?.node ?? []).map(nodeOf),
    initializers: new Map(initializers.map((each) => [each.name, each])),
  };
}
