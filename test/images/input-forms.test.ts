import { describe, expect, it } from 'vitest';
import type { DataType } from '../../codegen/ir/types.ts';
import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import { fromFloat16Bits } from '../../codegen/tensors/float16.ts';
import { numbersOf } from '../../engines/tensor-values.ts';
import { createInputPacker } from '../../src/images/input-forms.ts';
import type { Raster } from '../../src/images/raster.ts';
import type { Preprocess } from '../../src/language/spec.ts';

const preprocess: Preprocess = {
  mean: [0, 0.2, 0.4],
  std: [1, 0.5, 0.25],
  color: 'rgb',
  interpolation: 'bilinear',
  antialias: false,
};
/** One row of two pixels. */
const raster: Raster = {
  width: 2,
  height: 1,
  channels: 3,
  data: Uint8Array.of(255, 102, 0, 51, 255, 204),
};
const white: Raster = { ...raster, data: new Uint8Array(6).fill(255) };

const packerFor = (inputForm: InputForm, dataType: DataType, shape: readonly (number | 'N')[]) =>
  createInputPacker(
    { name: 'image', type: { dataType, shape } },
    { picture: { channels: 3, height: 1, width: 2 }, preprocess, precision: 'fp32', inputForm },
  );

describe('createInputPacker', () => {
  it('makes normalised numbers [N, C, H, W]', () => {
    const packed = packerFor('float32', 'float32', ['N', 3, 1, 2]).pack([raster, white]);
    expect(packed).toMatchObject({ dataType: 'float32', shape: [2, 3, 1, 2] });
    const numbers = [...numbersOf(packed)];
    const expected = [1, 0.2, 0.4, 1.6, -1.6, 1.6, 1, 1, 1.6, 1.6, 2.4, 2.4];
    expect(numbers).toHaveLength(12);
    for (const [i, value] of expected.entries()) expect(numbers[i]).toBeCloseTo(value, 6);
  });
  it('makes the same rounded to float16', () => {
    const numbers = numbersOf(packerFor('float32', 'float32', ['N', 3, 1, 2]).pack([raster]));
    const packed = packerFor('float16', 'float16', ['N', 3, 1, 2]).pack([raster]);
    expect(packed.bytes).toHaveLength(12);
    const halves = [...numbersOf(packed)];
    for (const [i, half] of halves.entries()) {
      expect(Math.abs(half - (numbers[i] as number))).toBeLessThanOrEqual(2 ** -11 * 2);
    }
    expect(halves[0]).toBe(fromFloat16Bits(0x3c00));
  });
  it('gives pixels as they are to uint8 [N, H, W, C]', () => {
    const packed = packerFor('uint8-nhwc', 'uint8', ['N', 1, 2, 3]).pack([raster, white]);
    expect(packed.shape).toEqual([2, 1, 2, 3]);
    expect([...packed.bytes]).toEqual([...raster.data, ...white.data]);
  });
  it('adds a full alpha to uint8 [N, H, W, 4]', () => {
    const packed = packerFor('rgba-uint8', 'uint8', ['N', 1, 2, 4]).pack([raster]);
    expect(packed.shape).toEqual([1, 1, 2, 4]);
    expect([...packed.bytes]).toEqual([255, 102, 0, 255, 51, 255, 204, 255]);
  });
  it('fills a fixed batch with zeros', () => {
    const packer = packerFor('uint8-nhwc', 'uint8', [3, 1, 2, 3]);
    expect(packer.batch).toBe(3);
    const packed = packer.pack([white]);
    expect(packed.shape).toEqual([3, 1, 2, 3]);
    expect([...packed.bytes]).toEqual([...white.data, ...new Uint8Array(12)]);
  });
  it('gives pixels as float32 [N, C, H, W] to a model that normalises them, of the same type and shape', () => {
    const packed = packerFor('float32-pixels', 'float32', ['N', 3, 1, 2]).pack([raster, white]);
    expect(packed).toMatchObject({ dataType: 'float32', shape: [2, 3, 1, 2] });
    const planes = [255, 51, 102, 255, 0, 204];
    expect([...numbersOf(packed)]).toEqual([...planes, ...new Array(6).fill(255)]);
  });
  it.each<[InputForm, DataType, readonly (number | 'N')[]]>([
    ['float32', 'float32', ['N', 3, 2, 2]],
    ['float32', 'float32', ['N', 1, 2, 3]],
    ['float32', 'int8', ['N', 3, 1, 2]],
    ['float32', 'float16', ['N', 3, 1, 2]],
    ['float16', 'float32', ['N', 3, 1, 2]],
    ['float32-pixels', 'uint8', ['N', 1, 2, 3]],
    ['uint8-nhwc', 'uint8', ['N', 3, 1, 2]],
    ['uint8-nhwc', 'uint8', ['N', 1, 2, 4]],
    ['float32', 'float32', ['N', 6]],
  ])('refuses for %s %s %j', (form, dataType, shape) => {
    expect(() => packerFor(form, dataType, shape)).toThrow('image-input-form');
  });
});
