import { type DataType, dataTypes } from '../ir/types.ts';
import { float32View } from './float-bytes.ts';
import { fromFloat8Bits } from './float8.ts';
import { fromFloat16Bits } from './float16.ts';
import { alignedBytes } from './stored-tensor.ts';
import { mapRows, type TensorSource } from './tensor-source.ts';

let float16Table: Float32Array | undefined;

/** All float16 numbers by their bits: 65,536 of them cost less than one layer's arithmetic. */
function widenFloat16(bytes: Uint8Array, into: Float32Array): void {
  float16Table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromFloat16Bits(half));
  const table = float16Table;
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, into.length);
  for (let i = 0; i < into.length; i++) into[i] = table[halves[i] as number] as number;
}

function widenBfloat16(bytes: Uint8Array, into: Float32Array): void {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, into.length);
  const words = new Int32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < words.length; i++) words[i] = (halves[i] as number) << 16;
}

const float8Table = Float32Array.from({ length: 256 }, (_, bits) => fromFloat8Bits(bits));

function widenFloat8(bytes: Uint8Array, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = float8Table[bytes[i] as number] as number;
}

function widenInt64(bytes: Uint8Array, into: Float32Array): void {
  const integers = new BigInt64Array(bytes.buffer, bytes.byteOffset, into.length);
  for (let i = 0; i < into.length; i++) into[i] = Number(integers[i]);
}

type NumberArray = Uint8Array | Int8Array | Int16Array | Int32Array | Float64Array;

function numbersOf<T extends NumberArray>(
  NumberArray: new (buffer: ArrayBufferLike, offset: number, length: number) => T,
) {
  return (bytes: Uint8Array, into: Float32Array): void => {
    into.set(new NumberArray(bytes.buffer, bytes.byteOffset, into.length));
  };
}

/** From little-endian elements to float32: exact except for float64 and wide integers, which round to nearest. */
const conversions: Readonly<
  Record<Exclude<DataType, 'float32'>, (bytes: Uint8Array, into: Float32Array) => void>
> = {
  float16: widenFloat16,
  bfloat16: widenBfloat16,
  float8e4m3fn: widenFloat8,
  float64: numbersOf(Float64Array),
  uint8: numbersOf(Uint8Array),
  bool: numbersOf(Uint8Array),
  int8: numbersOf(Int8Array),
  int16: numbersOf(Int16Array),
  int32: numbersOf(Int32Array),
  int64: widenInt64,
};

/** The same tensor in float32; a float32 source is returned as it is. */
export function asFloat32(source: TensorSource): TensorSource {
  const { dataType, shape } = source;
  if (dataType === 'float32') return source;
  const convert = conversions[dataType];
  const { sizeBytes } = dataTypes[dataType];
  return mapRows(source, { dataType: 'float32', shape }, () => ({
    map: (from, into) => convert(alignedBytes(from, sizeBytes), float32View(into)),
  }));
}
