import type { ReleaseFamily } from '../../engines/tensorrt/planning/release-families.ts';
import { releaseLine } from '../../engines/tensorrt/planning/release-order.ts';

type Range = Pick<ReleaseFamily, 'from' | 'until'>;

/** Families that follow each other without a gap are one range. */
function joined(families: readonly Range[]): readonly Range[] {
  const ranges: Range[] = [];
  for (const { from, until } of families) {
    const last = ranges.at(-1);
    const begins = last?.until === from ? ranges.pop()?.from : undefined;
    ranges.push({ from: begins ?? from, until });
  }
  return ranges;
}

function describe({ from, until }: Range): string {
  const first = releaseLine(from);
  if (until === Number.POSITIVE_INFINITY) return `${first} and later`;
  return until - from <= 100 ? first : `${first} up to but without ${releaseLine(until)}`;
}

/** `10.4`; `9.1 up to but without 10.5`; `8.5 and later`: the releases that families stand for. */
export function describeReleases(families: readonly Range[]): string {
  return joined(families).map(describe).join(', ');
}
