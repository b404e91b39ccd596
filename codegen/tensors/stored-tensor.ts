import { dataTypes } from '../ir/types.ts';
import type { ByteSource } from './byte-source.ts';
import { isContiguous, spanOf, type TensorLayout } from './tensor-layout.ts';
import { rowBytesOf, slicedTensor, type TensorSource, wholeTensor } from './tensor-source.ts';

export type ByteOrder = 'little' | 'big';

/** Turns each element's bytes around, in place. */
function swapBytes(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  for (let start = 0; start < bytes.length; start += sizeBytes) {
    bytes.subarray(start, start + sizeBytes).reverse();
  }
  return bytes;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** The bytes as words; they must start at a multiple of the word's size. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array, wordBytes: 1 | 2 | 4): Words {
  if (wordBytes === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (wordBytes === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Copies words by strides into row-major order; all axes but the last are counted as one odometer. */
function gather(from: Words, to: Words, shape: readonly number[], strides: readonly number[]) {
  const rank = shape.length;
  const rowLength = shape[rank - 1] ?? 1;
  const step = strides[rank - 1] ?? 0;
  const index = new Array<number>(rank).fill(0);
  let row = 0;
  for (let out = 0; out < to.length; out += rowLength) {
    for (let i = 0, at = row; i < rowLength; i++, at += step) to[out + i] = from[at] as number;
    for (let axis = rank - 2; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      row += stride;
      index[axis] = next;
      if (next < (shape[axis] ?? 0)) break;
      row -= next * stride;
      index[axis] = 0;
    }
  }
}

/** Row-major bytes of a tensor whose elements lie in `bytes` from the first one that it touches. */
function rowMajorBytes(bytes: Uint8Array, layout: TensorLayout): Uint8Array {
  const { sizeBytes } = dataTypes[layout.dataType];
  const count = layout.shape.reduce((product, size) => product * size, 1);
  const result = new Uint8Array(count * sizeBytes);
  // Elements of 8 bytes are moved as two words: numbers cannot carry every 64-bit pattern.
  const wide = sizeBytes === 8;
  const shape = wide ? [...layout.shape, 2] : layout.shape;
  const strides = wide ? [...layout.strides.map((stride) => stride * 2), 1] : layout.strides;
  const wordBytes = sizeBytes === 8 ? 4 : sizeBytes;
  const words = wordsOf(alignedBytes(bytes, wordBytes), wordBytes);
  gather(words, wordsOf(result, wordBytes), shape, strides);
  return result;
}

/** The same bytes at an address that a typed array of this element size can start at. */
export function alignedBytes(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  return bytes.byteOffset % sizeBytes === 0 ? bytes : new Uint8Array(bytes);
}

/** A tensor in a storage; the layout has been checked against it. Only one that is not contiguous is read whole. */
export function storedTensor(
  storage: ByteSource,
  layout: TensorLayout,
  byteOrder: ByteOrder = 'little',
): TensorSource {
  const { dataType, shape, offset } = layout;
  const { sizeBytes } = dataTypes[dataType];
  const span = spanOf(layout);
  if (span === 0) return wholeTensor(dataType, shape, () => new Uint8Array(0));
  if (isContiguous(layout)) {
    const rowBytes = rowBytesOf({ dataType, shape });
    return slicedTensor(dataType, shape, async (into, first) => {
      await storage.read(offset * sizeBytes + first * rowBytes, into.byteLength, into);
      if (byteOrder === 'big') swapBytes(into, sizeBytes);
    });
  }
  return wholeTensor(dataType, shape, async () => {
    const stored = await storage.read(offset * sizeBytes, span * sizeBytes);
    return rowMajorBytes(byteOrder === 'big' ? swapBytes(stored, sizeBytes) : stored, layout);
  });
}
