import { describe, expect, it } from 'vitest';
import { smallBufferBytes } from '../../../codegen/weights/buffer-pool.ts';
import { parameterSource } from '../../../codegen/weights/parameter-source.ts';
import { storedTensor } from '../../../codegen/weights/stored-tensor.ts';
import { rowMajorStrides } from '../../../codegen/weights/tensor-layout.ts';
import { slicesOf } from '../../../codegen/weights/tensor-source.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';

const label = { file: 'memory.bin', tensor: 'conv.weight' };

/** A tensor of small whole numbers, `change`d, as it lies in a file. */
function tensor(shape: readonly number[], change: (values: Float32Array) => void = () => {}) {
  const values = Float32Array.from(
    { length: shape.reduce((product, size) => product * size, 1) },
    (_, i) => i % 1000,
  );
  change(values);
  const file = memorySource(new Uint8Array(values.buffer));
  const strides = rowMajorStrides(shape);
  return { file, source: storedTensor(file, { dataType: 'float32', shape, strides, offset: 0 }) };
}

async function collect(slices: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const slice of slices) all.push(slice);
  return all;
}

describe('slices of a tensor', () => {
  it.each([
    [[7, 1000, 100], 7],
    [[100, 100, 3, 3], 1],
    [[130, 1100, 1, 1], 2],
    [[1_000_003], 8],
    [[3], 1],
    [[], 1],
  ] as readonly [
    readonly number[],
    number,
  ][])('of shape %j are %i, in order, and none is longer than a buffer', async (shape, count) => {
    const { file, source } = tensor(shape);
    const slices = await collect(slicesOf(source));
    expect(slices).toHaveLength(count);
    expect(Buffer.concat(slices).equals(Buffer.from(await source.read()))).toBe(true);
    const rowBytes = 4 * shape.slice(1).reduce((product, size) => product * size, 1);
    const most = Math.max(...slices.map(({ length }) => length));
    expect(most).toBeLessThanOrEqual(Math.max(smallBufferBytes, rowBytes));
    expect(file.total.reads).toBe(count + 1);
  });

  it('are one where only the whole can be made', async () => {
    const { source } = tensor([1000, 2000]);
    const turned = parameterSource(source, 'linear.weight', label, true);
    expect(await collect(slicesOf(turned))).toHaveLength(1);
  });

  it('are looked at, and a bad value is named by its place in the tensor', async () => {
    const { source } = tensor([1000, 2000], (values) => {
      values[1_500_000] = Number.NaN;
    });
    const parameter = parameterSource(source, 'conv.weight', label, false);
    const { message } = await expectDiagnostic(
      () => collect(slicesOf(parameter)),
      'weights-not-finite',
    );
    expect(message).toContain('1500000');
    expect(await collect(slicesOf(parameter.unchecked ?? parameter))).toHaveLength(16);
  });
});
