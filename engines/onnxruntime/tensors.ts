import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import type { Value } from '../../codegen/ir/graph.ts';
import { type DataType, dataTypes, elementCount } from '../../codegen/ir/types.ts';
import type { Tensor } from '../engine.ts';
import type { Runtime } from './runtime.ts';

type TypedArray = RuntimeTensor.DataTypeMap[keyof RuntimeTensor.DataTypeMap];
type Numbers = Exclude<TypedArray, string[]>;

/** onnxruntime's arrays by element type; it has the same names as we. */
const arrays: Partial<Record<DataType, (buffer: ArrayBuffer) => Numbers>> = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  float16: (buffer) => new Uint16Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

/** What a session says of its inputs or outputs, in the words of the IR: any size that is open is `N`. */
export function valuesOf(metadata: readonly InferenceSession.ValueMetadata[]): Value[] {
  return metadata.map((entry) => {
    if (!entry.isTensor) throw new Error(`'${entry.name}' is no tensor`);
    const shape = entry.shape.map((dim) => (typeof dim === 'number' ? dim : ('N' as const)));
    return { name: entry.name, type: { dataType: entry.type as DataType, shape } };
  });
}

/** Whether nothing else can be in or come into the bytes' buffer. */
function isAlone({ buffer, byteLength }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
}

/** A tensor for a session; its bytes are copied where they share a buffer with others. */
export function toRuntime(runtime: Runtime, { dataType, shape, bytes }: Tensor): RuntimeTensor {
  const createArray = arrays[dataType];
  const sizeBytes = elementCount(shape) * dataTypes[dataType].sizeBytes;
  if (!createArray) throw new Error(`onnxruntime takes no ${dataType} tensors`);
  if (bytes.byteLength !== sizeBytes) {
    throw new Error(`a ${dataType} tensor [${shape.join(', ')}] has ${bytes.byteLength} bytes`);
  }
  const alone = isAlone(bytes) ? bytes : new Uint8Array(bytes);
  const data = createArray(alone.buffer as ArrayBuffer);
  // The constructor has an overload for each type; at run time it looks at the name.
  return new runtime.Tensor(dataType as 'float32', data as Float32Array, shape);
}

export function fromRuntime(tensor: RuntimeTensor): Tensor {
  const data = tensor.data as Numbers;
  return {
    dataType: tensor.type as DataType,
    shape: [...tensor.dims],
    bytes: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}
