import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataType, dataTypes } from '../../../codegen/ir/types.ts';
import { storedTensor } from '../../../codegen/tensors/stored-tensor.ts';
import {
  checkLayout,
  checkShape,
  columnMajorStrides,
  isContiguous,
  rowMajorStrides,
  spanOf,
} from '../../../codegen/tensors/tensor-layout.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';
import { tensorBytes } from '../../helpers/tensors.ts';

const types = ['int8', 'float16', 'float32', 'float64'] as const satisfies readonly DataType[];

/** All index tuples of a shape, the last axis fastest. */
function indices(shape: readonly number[]): readonly (readonly number[])[] {
  return shape.reduce<readonly (readonly number[])[]>(
    (all, size) => all.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}

describe('storedTensor', () => {
  const axis = fc.record({ size: fc.nat({ max: 4 }), stride: fc.nat({ max: 7 }) });

  it('reads any strides of any type in either byte order, element by element', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.array(axis, { maxLength: 4 }),
        fc.nat({ max: 3 }),
        fc.constantFrom('little', 'big'),
        async (dataType, axes, offset, byteOrder) => {
          const { sizeBytes } = dataTypes[dataType];
          const shape = axes.map(({ size }) => size);
          const strides = axes.map(({ stride }) => stride);
          const layout = { dataType, shape, strides, offset };
          const storage = Uint8Array.from({ length: 200 * sizeBytes }, (_, i) => (i * 73) & 255);
          const expected = indices(shape).flatMap((index) => {
            const at = index.reduce((sum, i, k) => sum + i * (strides[k] ?? 0), offset) * sizeBytes;
            const element = [...storage.subarray(at, at + sizeBytes)];
            return byteOrder === 'big' ? element.reverse() : element;
          });
          const file = memorySource(storage);
          const tensor = storedTensor(file, layout, byteOrder as 'little' | 'big');
          expect([tensor.dataType, tensor.shape]).toEqual([dataType, shape]);
          expect([...(await tensorBytes(tensor))]).toEqual(expected);
          // What is stored stays as it was.
          expect(storage[1]).toBe(73);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads no byte outside of what it touches', async () => {
    const file = memorySource(new Uint8Array(400));
    const layout = { dataType: 'float32', shape: [2, 2], strides: [10, 3], offset: 5 } as const;
    await tensorBytes(storedTensor(file, layout));
    expect(file.total).toEqual({ reads: 1, bytes: 4 * 14, largest: 4 * 14 });
  });
});

describe('strides', () => {
  it('of rows and columns', () => {
    expect(rowMajorStrides([2, 3, 4])).toEqual([12, 4, 1]);
    expect(columnMajorStrides([2, 3, 4])).toEqual([1, 2, 6]);
    expect(rowMajorStrides([])).toEqual([]);
  });

  it('span what lies between the first and the last element', () => {
    const of = (shape: readonly number[], strides: readonly number[]) =>
      spanOf({ shape, strides, offset: 9 });
    expect(of([2, 3], [3, 1])).toBe(6);
    expect(of([2, 3], [10, 2])).toBe(15);
    expect(of([], [])).toBe(1);
    expect(of([3, 0], [1, 1])).toBe(0);
    expect(of([5], [0])).toBe(1);
  });

  it('are contiguous where elements follow each other', () => {
    const of = (shape: readonly number[], strides: readonly number[]) =>
      isContiguous({ dataType: 'float32', shape, strides, offset: 0 });
    expect(of([2, 3], [3, 1])).toBe(true);
    expect(of([2, 3], [1, 2])).toBe(false);
    // The stride of an axis of one element is never walked.
    expect(of([2, 1, 3], [3, 99, 1])).toBe(true);
    expect(of([2, 0], [7, 7])).toBe(true);
  });
});

describe('what a file may claim', () => {
  const label = { file: 'net.pth', tensor: 'conv1.weight' };
  const layout = { dataType: 'float32', shape: [2, 3], strides: [3, 1], offset: 4 } as const;

  it('is a tensor that ends with its storage', () => {
    expect(() => checkLayout(layout, 10, label)).not.toThrow();
    expect(checkShape([2, 3], 4, label)).toBe(6);
    expect(checkShape([], 4, label)).toBe(1);
    expect(() => checkLayout({ ...layout, shape: [0, 3] }, 0, label)).not.toThrow();
    expect(checkShape([2 ** 28], 4, label)).toBe(2 ** 28);
    expect(checkShape([1, 1, 1, 1, 1, 1, 1, 1], 1, label)).toBe(1);
  });

  it.each<[string, object, number, string]>([
    ['one element more', {}, 9, 'it ends at element 10 of a storage of 9'],
    ['a stride too few', { strides: [1] }, 10, '2 dimensions with 1 strides'],
    ['a stride below 0', { strides: [3, -1] }, 10, 'a stride or offset of -1'],
    ['half a stride', { strides: [1.5, 1] }, 10, 'a stride or offset of 1.5'],
    ['an offset below 0', { offset: -1 }, 10, 'a stride or offset of -1'],
    ['a dimension below 0', { shape: [2, -3] }, 10, 'a dimension of -3'],
    ['half a dimension', { shape: [2, 0.5] }, 10, 'a dimension of 0.5'],
    ['nine dimensions', { shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] }, 10, '9 dimensions, more than 8'],
  ])('not %s', async (_, changes, elements, reason) => {
    const work = () => checkLayout({ ...layout, ...changes }, elements, label);
    const { message } = await expectDiagnostic(work, 'weights-tensor-malformed');
    expect(message).toContain(reason);
    expect(message).toContain('net.pth');
    expect(message).toContain('conv1.weight');
  });

  it('not more than a gibibyte, nor 64 MiB of repeated elements', async () => {
    const large = () => checkShape([2 ** 28 + 1], 4, label);
    await expectDiagnostic(large, 'weights-tensor-too-large');
    const own = { dataType: 'float32', shape: [2 ** 25], strides: [1], offset: 0 } as const;
    expect(() => checkLayout(own, 2 ** 25, label)).not.toThrow();
    expect(() => checkLayout(own, 2 ** 26, label)).not.toThrow();
    const repeated = (count: number) => () =>
      checkLayout({ dataType: 'int8', shape: [count], strides: [0], offset: 0 }, 1, label);
    expect(repeated(2 ** 26)).not.toThrow();
    await expectDiagnostic(repeated(2 ** 26 + 1), 'weights-tensor-too-large');
    const spread = (step: number) => () =>
      checkLayout({ dataType: 'int8', shape: [2], strides: [step], offset: 0 }, 2 ** 40, label);
    expect(spread(2 ** 30 - 1)).not.toThrow();
    await expectDiagnostic(spread(2 ** 30), 'weights-tensor-too-large');
    const ofDoubles = (shape: readonly number[], strides: readonly number[]) =>
      expectDiagnostic(
        () => checkLayout({ dataType: 'float64', shape, strides, offset: 0 }, 2 ** 28, label),
        'weights-tensor-too-large',
      );
    expect((await ofDoubles([2], [2 ** 27])).message).toContain(
      'would take 1073741832 bytes; 1073741824 is the limit',
    );
    const { message } = await expectDiagnostic(
      () =>
        checkLayout({ dataType: 'float64', shape: [2 ** 24], strides: [0], offset: 0 }, 1, label),
      'weights-tensor-too-large',
    );
    expect(message).toContain('would take 134217728 bytes; 67108864 is the limit');
  });
});
