import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOf, float32View } from '../../../codegen/tensors/float-bytes.ts';
import { pickRows } from '../../../codegen/tensors/pick-rows.ts';
import { readAll, type TensorSource } from '../../../codegen/tensors/tensor-source.ts';

/** Rows of three numbers that come in slices of these lengths; counts how many were asked for. */
function sliced(lengths: readonly number[]): { source: TensorSource; asked: () => number } {
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  let asked = 0;
  const source: TensorSource = {
    dataType: 'float32',
    shape: [rows, 3],
    async *rows() {
      let first = 0;
      for (const length of lengths) {
        asked++;
        yield bytesOf(Float32Array.from({ length: length * 3 }, (_, i) => first * 3 + i));
        first += length;
      }
    },
  };
  return { source, asked: () => asked };
}

const cases = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })
  .chain((lengths) => {
    const rows = lengths.reduce((sum, length) => sum + length, 0);
    const ends = fc.uniqueArray(fc.integer({ min: 0, max: rows }), { minLength: 2, maxLength: 6 });
    return fc.record({
      lengths: fc.constant(lengths),
      ends: ends.map((list) => list.toSorted((a, b) => a - b)),
    });
  });

it('gives the rows of its ranges, wherever slices end', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ lengths, ends }) => {
      const ranges = ends.flatMap((end, i) => {
        const first = ends[i - 1];
        return i % 2 === 1 && first !== undefined ? [{ first, count: end - first }] : [];
      });
      const wanted = ranges.flatMap(({ first, count }) =>
        Array.from({ length: count * 3 }, (_, i) => first * 3 + i),
      );
      const picked = pickRows(sliced(lengths).source, ranges);
      expect(picked.shape).toEqual([wanted.length / 3, 3]);
      expect([...float32View(await readAll(picked))]).toEqual(wanted);
    }),
  );
});

it('reads no slice behind the last row that is wanted', async () => {
  const { source, asked } = sliced([2, 2, 2, 2]);
  await readAll(pickRows(source, [{ first: 1, count: 2 }]));
  expect(asked()).toBe(2);
});
