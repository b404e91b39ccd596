import type { DataType } from '../codegen/ir/types.ts';
import { fromFloat16Bits } from '../codegen/tensors/float16.ts';
import type { Tensor } from './engine.ts';

type Reader = (buffer: ArrayBuffer) => ArrayLike<number>;

const readers: Partial<Record<DataType, Reader>> = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  float16: (buffer) => new Uint16Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
};

/** The numbers of a tensor, exactly: each of these types fits in a double. */
export function numbersOf({ dataType, bytes }: Tensor): Float64Array {
  const reader = readers[dataType];
  if (!reader) throw new Error(`the numbers of a ${dataType} tensor are not readable`);
  // Copied, because the bytes may begin anywhere in their buffer.
  const stored = reader(new Uint8Array(bytes).buffer);
  return dataType === 'float16'
    ? Float64Array.from(stored, fromFloat16Bits)
    : Float64Array.from(stored);
}

export function countNonFinite(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
  return count;
}
