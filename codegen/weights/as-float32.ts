import type { DataType } from '../ir/types.ts';
import { bytesOf } from './float-bytes.ts';
import { fromFloat16Bits } from './float16.ts';
import { alignedBytes } from './stored-tensor.ts';
import type { TensorSource } from './tensor-source.ts';

let float16Table: Float32Array | undefined;

/** All float16 numbers by their bits: 65,536 of them cost less than one layer's arithmetic. */
function widenFloat16(bytes: Uint8Array): Float32Array {
  float16Table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromFloat16Bits(half));
  const table = float16Table;
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const result = new Float32Array(halves.length);
  for (let i = 0; i < result.length; i++) result[i] = table[halves[i] as number] as number;
  return result;
}

function widenBfloat16(bytes: Uint8Array): Int32Array {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const result = new Int32Array(halves.length);
  for (let i = 0; i < result.length; i++) result[i] = (halves[i] as number) << 16;
  return result;
}

function bigIntsAsFloat32(bytes: Uint8Array): Float32Array {
  const integers = new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  const result = new Float32Array(integers.length);
  for (let i = 0; i < result.length; i++) result[i] = Number(integers[i]);
  return result;
}

type NumberArray = Uint8Array | Int8Array | Int16Array | Int32Array | Float64Array;

function numbersAsFloat32<T extends NumberArray>(
  NumberArray: new (buffer: ArrayBufferLike, offset: number, length: number) => T,
  sizeBytes: number,
) {
  return (bytes: Uint8Array): Float32Array =>
    new Float32Array(new NumberArray(bytes.buffer, bytes.byteOffset, bytes.byteLength / sizeBytes));
}

/** From little-endian elements to float32: exact except for float64 and wide integers, which round to nearest. */
const conversions: Readonly<
  Record<
    Exclude<DataType, 'float32'>,
    { sizeBytes: number; convert(bytes: Uint8Array): Int32Array | Float32Array }
  >
> = {
  float16: { sizeBytes: 2, convert: widenFloat16 },
  bfloat16: { sizeBytes: 2, convert: widenBfloat16 },
  float64: { sizeBytes: 8, convert: numbersAsFloat32(Float64Array, 8) },
  uint8: { sizeBytes: 1, convert: numbersAsFloat32(Uint8Array, 1) },
  bool: { sizeBytes: 1, convert: numbersAsFloat32(Uint8Array, 1) },
  int8: { sizeBytes: 1, convert: numbersAsFloat32(Int8Array, 1) },
  int16: { sizeBytes: 2, convert: numbersAsFloat32(Int16Array, 2) },
  int32: { sizeBytes: 4, convert: numbersAsFloat32(Int32Array, 4) },
  int64: { sizeBytes: 8, convert: bigIntsAsFloat32 },
};

/** The same tensor in float32; a float32 source is returned as it is. */
export function asFloat32(source: TensorSource): TensorSource {
  if (source.dataType === 'float32') return source;
  const { sizeBytes, convert } = conversions[source.dataType];
  const { readRows } = source;
  const converted = (bytes: Uint8Array) => bytesOf(convert(alignedBytes(bytes, sizeBytes)));
  return {
    dataType: 'float32',
    shape: source.shape,
    read: async () => converted(await source.read()),
    ...(readRows && {
      readRows: async (first, count) => converted(await readRows(first, count)),
    }),
  };
}
