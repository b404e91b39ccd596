import { ownValue } from '../../../src/collections/own-value.ts';
import type { DataType } from '../../ir/types.ts';
import type { ByteOrder } from '../../tensors/stored-tensor.ts';

/** numpy's kind and item size to ONNX's type. A weights file has no other use for `u2` than Paddle's: bfloat16. */
const types: Readonly<Record<string, DataType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  b1: 'bool',
  u2: 'bfloat16',
};

export function dataTypeOfNumpy(code: string): DataType | undefined {
  return ownValue(types, code);
}

/** Bytes of an element of any of numpy's types, from its code: a text's characters have four. Undefined where the code does not say. */
export function bytesOfNumpy(code: string): number | undefined {
  const [, kind, count] = /^(\D)(\d+)$/.exec(code) ?? [];
  return count === undefined ? undefined : Number(count) * (kind === 'U' ? 4 : 1);
}

/** numpy's code of a type, without byte order; undefined for bfloat16, which numpy does not have. */
export function numpyCodeOf(dataType: DataType): string | undefined {
  if (dataType === 'bfloat16') return undefined;
  return Object.keys(types).find((code) => ownValue(types, code) === dataType);
}

/** `<`, `=` and `|` (single bytes) are little-endian wherever weights are made. */
export function byteOrderOfNumpy(mark: string): ByteOrder {
  return mark === '>' ? 'big' : 'little';
}
