import { describe, expect, it } from 'vitest';
import { bytesOf, float32View } from '../../../codegen/tensors/float-bytes.ts';
import { storedTensor } from '../../../codegen/tensors/stored-tensor.ts';
import { rowMajorStrides } from '../../../codegen/tensors/tensor-layout.ts';
import {
  mapRows,
  readAll,
  reshaped,
  type TensorSource,
  watchRows,
  wholeTensor,
} from '../../../codegen/tensors/tensor-source.ts';
import { parameterSources, transposedSource } from '../../../codegen/weights/parameter-source.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';

const halfMebibyte = 1 << 19;

function numbersOf(shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, i) => i % 1000);
}

/** Numbers as they lie in a file. */
function tensor(shape: readonly number[], values = numbersOf(shape)) {
  const file = memorySource(new Uint8Array(values.buffer));
  const strides = rowMajorStrides(shape);
  return { file, source: storedTensor(file, { dataType: 'float32', shape, strides, offset: 0 }) };
}

/** Copies of all slices. */
async function collect(source: TensorSource): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const slice of source.rows()) all.push(new Uint8Array(slice));
  return all;
}

const plusOne = (source: TensorSource): TensorSource =>
  mapRows(source, source, () => ({
    map: (from, into) => float32View(into).set(float32View(from).map((value) => value + 1)),
  }));

describe('rows of a tensor', () => {
  it.each([
    [[7, 1000, 100], 7],
    [[100, 100, 3, 3], 1],
    [[130, 1100, 1, 1], 2],
    [[1_000_003], 8],
    // Each row is longer than a slice should be.
    [[2, 200_000], 2],
    [[3], 1],
    [[], 1],
  ] as readonly [
    readonly number[],
    number,
  ][])('of shape %j come in %i slices, in order, and none is longer than it may be', async (shape, count) => {
    const { file, source } = tensor(shape);
    const slices = await collect(source);
    expect(slices).toHaveLength(count);
    expect(Buffer.concat(slices).equals(Buffer.from(numbersOf(shape).buffer))).toBe(true);
    const rowBytes = 4 * shape.slice(1).reduce((product, size) => product * size, 1);
    for (const { length } of slices) {
      expect(length).toBeLessThanOrEqual(Math.max(halfMebibyte, rowBytes));
      expect(length % rowBytes).toBe(0);
    }
    expect(file.total.reads).toBe(count);
  });

  it('are none where a tensor is empty', async () => {
    const { source } = tensor([3, 0, 2]);
    expect(await collect(source)).toEqual([]);
    expect(await readAll(source)).toHaveLength(0);
  });

  it('can be read again, and at the same time', async () => {
    const { source } = tensor([700, 200]);
    const [a, b] = await Promise.all([readAll(source), readAll(plusOne(source))]);
    const expected = numbersOf([700, 200]);
    expect(float32View(a)).toEqual(expected);
    expect(float32View(b)).toEqual(expected.map((value) => value + 1));
  });

  it('are all made at once where only the whole can be', async () => {
    const { source } = tensor([1000, 200]);
    expect(await collect(transposedSource(source))).toHaveLength(1);
  });

  it('have the wrong numbers as soon as the next are asked for', async () => {
    const { source } = tensor([700, 200]);
    for (const each of [
      source,
      plusOne(source),
      wholeTensor('float32', [1], () => new Uint8Array(4)),
    ]) {
      const kept: Uint8Array[] = [];
      for await (const slice of each.rows()) kept.push(slice);
      for (const slice of kept) expect(slice.every((byte) => byte === 0xff)).toBe(true);
    }
  });
});

it('a slice has the wrong numbers too where nobody asks for the next', async () => {
  const { source } = tensor([700, 200]);
  for (const each of [source, plusOne(source)]) {
    let kept = new Uint8Array();
    for await (const slice of each.rows()) {
      kept = slice as Uint8Array<ArrayBuffer>;
      break;
    }
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.every((byte) => byte === 0xff)).toBe(true);
  }
});

describe('mapRows', () => {
  it('makes rows of any length', async () => {
    const { source } = tensor([2, 200_000]);
    const expected = numbersOf([2, 200_000]).map((value) => value + 1);
    expect(Buffer.from(await readAll(plusOne(source))).equals(Buffer.from(expected.buffer))).toBe(
      true,
    );
  });

  it('tells where its rows stand, also behind another map', async () => {
    const { source } = tensor([300, 1000]);
    const first: number[] = [];
    const mapped = mapRows(plusOne(source), { dataType: 'float32', shape: [300, 1] }, () => ({
      map(from, into, at) {
        first.push(at);
        const rows = from.length / 4000;
        for (let row = 0; row < rows; row++) {
          float32View(into)[row] = float32View(from)[row * 1000] as number;
        }
      },
    }));
    const values = float32View(await readAll(mapped));
    expect([...values]).toEqual(Array.from({ length: 300 }, () => 1));
    expect(first).toEqual([0, 131, 262]);
  });

  it('begins anew with each reading and ends behind its last row', async () => {
    const { source } = tensor([200, 1000]);
    const events: string[] = [];
    const mapped = mapRows(source, source, () => {
      events.push('start');
      return { map: (from, into) => into.set(from), end: () => void events.push('end') };
    });
    await readAll(mapped);
    await readAll(mapped);
    expect(events).toEqual(['start', 'end', 'start', 'end']);
  });
});

describe('watchRows', () => {
  it('shows every row once and waits for who looks', async () => {
    const { source } = tensor([200, 1000]);
    let sum = 0;
    const places: number[] = [];
    const watched = watchRows(source, async (rows, first) => {
      await Promise.resolve();
      sum += float32View(rows).length;
      places.push(first);
    });
    expect(float32View(await readAll(watched))).toEqual(numbersOf([200, 1000]));
    expect(sum).toBe(200_000);
    expect(places).toEqual([0, 131]);
  });
});

it('a tensor in another shape has the same numbers', async () => {
  const { source } = tensor([10, 12]);
  const other = reshaped(source, [10, 12, 1, 1]);
  expect(other.shape).toEqual([10, 12, 1, 1]);
  expect(float32View(await readAll(other))).toEqual(numbersOf([10, 12]));
});

it('a source that gives fewer bytes than its shape has is a bug', async () => {
  const short = wholeTensor('float32', [3], () => bytesOf(Float32Array.of(1, 2)));
  await expect(readAll(short)).rejects.toThrow('a tensor of 12 bytes gave 8');
});

it('a bad value is named by its place in the tensor', async () => {
  const values = numbersOf([1000, 2000]);
  values[1_500_000] = Number.NaN;
  const { source } = tensor([1000, 2000], values);
  const parameter = {
    source,
    role: 'conv.weight',
    tensor: 'conv.weight',
    transposed: false,
  } as const;
  const [checked] = parameterSources('memory.bin', [parameter]);
  const { message } = await expectDiagnostic(
    () => checked && readAll(checked),
    'weights-not-finite',
  );
  expect(message).toContain("'conv.weight' in 'memory.bin' holds NaN (element 1500000)");
});
