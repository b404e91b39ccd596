import { describe, expect, it } from 'vitest';
import { dataTypes } from '../../../codegen/ir/types.ts';
import { asFloat32 } from '../../../codegen/tensors/as-float32.ts';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { wholeTensor } from '../../../codegen/tensors/tensor-source.ts';
import { sourceOf } from '../../helpers/graphs.ts';
import { floatsOf } from '../../helpers/tensors.ts';

const half = [0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x7c00];
const words = [0x3f80, 0xc000, 0x3eab, 0x7f7f, 0x0001, 0x7f80];

describe('asFloat32', () => {
  it.each([
    ['float16', Uint16Array.from(half), [1, -2, 0.333251953125, 65504, 2 ** -24, Infinity]],
    [
      'bfloat16',
      Uint16Array.from(words),
      [1, -2, 0.333984375, 3.3895313892515355e38, 2 ** -133, Infinity],
    ],
    ['float64', Float64Array.of(1, -2.5, 0.1, 1e39), [1, -2.5, Math.fround(0.1), Infinity]],
    ['uint8', Uint8Array.of(0, 200, 255), [0, 200, 255]],
    ['bool', Uint8Array.of(0, 1), [0, 1]],
    ['int8', Int8Array.of(-128, 127), [-128, 127]],
    ['int16', Int16Array.of(-32768, 32767), [-32768, 32767]],
    ['int32', Int32Array.of(-5, 16_777_217), [-5, 16_777_216]],
    ['int64', BigInt64Array.of(-5n, 2n ** 40n), [-5, 2 ** 40]],
  ] as const)('widens %s', async (dataType, array, expected) => {
    const bytes = new Uint8Array(array.buffer);
    const shape = [array.length];
    const tensor = asFloat32(wholeTensor(dataType, shape, () => bytes.slice()));
    expect([tensor.dataType, tensor.shape]).toEqual(['float32', shape]);
    expect([...(await floatsOf(tensor))]).toEqual(expected);
    // From bytes that no typed array of the type can start at.
    const { sizeBytes } = dataTypes[dataType];
    const shifted = new Uint8Array(bytes.length + sizeBytes);
    shifted.set(bytes, 1);
    const odd = wholeTensor(dataType, shape, () => shifted.subarray(1, 1 + bytes.length));
    expect([...(await floatsOf(asFloat32(odd)))]).toEqual(expected);
  });

  it('leaves float32 as it is', () => {
    const source = sourceOf(Float32Array.of(1), [1]);
    expect(asFloat32(source)).toBe(source);
  });

  it.each([0, 1, 2, 4])('float32 numbers may begin at byte %i', (start) => {
    const bytes = new Uint8Array(start + 8);
    bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), start);
    expect([...float32View(bytes.subarray(start))]).toEqual([1.5, -2]);
  });
});
