import { rowBytesOf, type TensorSource } from './tensor-source.ts';

/** Rows of the first axis, from the first on. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/** What two stretches have in common; of count 0 or less: nothing. */
function common(a: RowRange, b: RowRange): RowRange {
  const first = Math.max(a.first, b.first);
  return { first, count: Math.min(a.first + a.count, b.first + b.count) - first };
}

/** Those of the source's rows that lie in the ranges, which ascend and do not overlap: read slice by slice, up to the last that is wanted. */
export function pickRows(source: TensorSource, ranges: readonly RowRange[]): TensorSource {
  const rowBytes = rowBytesOf(source);
  const count = ranges.reduce((sum, range) => sum + range.count, 0);
  const last = ranges.at(-1);
  const end = last ? last.first + last.count : 0;
  return {
    ...source,
    shape: source.shape.with(0, count),
    async *rows() {
      let first = 0;
      for await (const slice of source.rows()) {
        const here = { first, count: slice.byteLength / rowBytes };
        for (const range of ranges) {
          const wanted = common(here, range);
          const start = (wanted.first - first) * rowBytes;
          if (wanted.count > 0) yield slice.subarray(start, start + wanted.count * rowBytes);
        }
        first += here.count;
        if (first >= end) return;
      }
    },
  };
}
