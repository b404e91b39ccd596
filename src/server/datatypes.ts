import type { DataType } from '../../codegen/ir/types.ts';

/** KServe's names of tensor types (docs of the protocol, "Tensor Data Types"; BF16 is Triton's). */
const names: readonly (readonly [DataType, string])[] = [
  ['float32', 'FP32'],
  ['float16', 'FP16'],
  ['float64', 'FP64'],
  ['bfloat16', 'BF16'],
  ['uint8', 'UINT8'],
  ['int8', 'INT8'],
  ['int16', 'INT16'],
  ['int32', 'INT32'],
  ['int64', 'INT64'],
  ['bool', 'BOOL'],
];

const byType: ReadonlyMap<DataType, string> = new Map(names);
const byName: ReadonlyMap<string, DataType> = new Map(names.map(([type, name]) => [name, type]));

export function datatypeOf(type: DataType): string {
  return byType.get(type) ?? type;
}

/** Undefined for `BYTES` and what no network of rcc has. */
export function dataTypeOf(datatype: string): DataType | undefined {
  return byName.get(datatype);
}
