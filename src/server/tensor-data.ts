/* Numbers of tensors as JSON, for servers without the extension of binary tensors. */
import type { DataType } from '../../codegen/ir/types.ts';
import type { Tensor } from '../../engines/engine.ts';
import { numbersOf } from '../../engines/tensor-values.ts';

type Pack = (values: readonly number[]) => ArrayBufferView;

/** Types whose numbers JSON holds; those of 16 bits are not among them in the protocol. */
const packs: Partial<Record<DataType, Pack>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  int8: (values) => Int8Array.from(values),
  int32: (values) => Int32Array.from(values),
};

/** The numbers in their order; undefined where JSON has none of the type. */
export function jsonDataOf(tensor: Tensor): readonly number[] | undefined {
  return packs[tensor.dataType] && [...numbersOf(tensor)];
}

/** Bytes of numbers; undefined where JSON has none of the type. */
export function bytesOfData(dataType: DataType, values: readonly number[]): Uint8Array | undefined {
  const packed = packs[dataType]?.(values);
  return packed && new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
}
