/** ONNX TensorProto.DataType, by name; numbers from onnx.proto3 (message TensorProto, enum DataType). */
export const dataTypes = {
  float32: { onnx: 1, sizeBytes: 4 },
  uint8: { onnx: 2, sizeBytes: 1 },
  int8: { onnx: 3, sizeBytes: 1 },
  int32: { onnx: 6, sizeBytes: 4 },
  int64: { onnx: 7, sizeBytes: 8 },
  bool: { onnx: 9, sizeBytes: 1 },
  float16: { onnx: 10, sizeBytes: 2 },
  float64: { onnx: 11, sizeBytes: 8 },
  int16: { onnx: 5, sizeBytes: 2 },
  bfloat16: { onnx: 16, sizeBytes: 2 },
  float8e4m3fn: { onnx: 17, sizeBytes: 1 },
} as const;

export type DataType = keyof typeof dataTypes;

/** rcc's name of each type, by ONNX's number. */
export const dataTypeNames: ReadonlyMap<number, DataType> = new Map(
  Object.entries(dataTypes).map(([name, { onnx }]) => [onnx, name as DataType]),
);

/** A size, or `N`: the batch, known when the network runs. */
export type Dim = number | 'N';
export type Shape = readonly Dim[];

export interface TensorType {
  readonly dataType: DataType;
  /** Pictures are [N, C, H, W]. */
  readonly shape: Shape;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Product of the sizes; the batch counts as `batch` (default 1). */
export function elementCount(shape: Shape, batch = 1): number {
  return shape.reduce<number>((product, dim) => product * (dim === 'N' ? batch : dim), 1);
}

export function byteCount(type: TensorType): number {
  return elementCount(type.shape) * dataTypes[type.dataType].sizeBytes;
}
