import { least } from '../../../src/collections/extremes.ts';
import type { MultiPath } from '../../../src/language/spec.ts';
import type { PathHabits } from '../naming/scheme.ts';
import { squeezeRule, usualDivisors } from './attention.ts';
import type { BlockOutline, NetworkOutline } from './network-outline.ts';

/** What names and shapes tell of the convolution of a block that strides: its paths, and the channels and groups of each. */
export interface SpatialFound {
  readonly multiPath: MultiPath;
  readonly inner: number;
  readonly groups: number;
}

type Shape = readonly number[];

/** Steps of a block that begin so, in order. */
function stepsOf({ others }: BlockOutline, pattern: RegExp): readonly Shape[] {
  return [...others].filter(([step]) => pattern.test(step)).map(([, shape]) => shape);
}

function res2net(block: BlockOutline, { start, padding }: PathHabits): SpatialFound | undefined {
  const parts = stepsOf(block, /^conv2\/part\d+$/);
  const [[inner = 0, taken = 1] = []] = parts;
  if (parts.length === 0) return undefined;
  const multiPath = { kind: 'res2net', scale: parts.length + 1, start, padding } as const;
  return { multiPath, inner, groups: inner / taken };
}

/** Squeezes [channels that are squeezed, channels of the squeeze] of all blocks, by what the first of the pair is. */
function squeezes(
  { stages }: NetworkOutline,
  channelsOf: (block: BlockOutline) => number,
): readonly (readonly [number, number])[] {
  return stages.flat().flatMap((block) => {
    const [reduce] = stepsOf(block, /^conv\d\/attention\/reduce$/);
    return reduce ? [[channelsOf(block), reduce[0] ?? 0] as const] : [];
  });
}

function resnest(
  block: BlockOutline,
  outline: NetworkOutline,
  habits: PathHabits,
): SpatialFound | undefined {
  const { layers, others } = block;
  const [, wide = [], last = []] = layers;
  if (!others.has('conv2/attention/reduce') || others.has('conv2/path0')) return undefined;
  const inner = last[1] ?? 0;
  const radix = (wide[0] ?? 0) / inner;
  // Squeezes below the least of 32 follow no rule.
  const told = squeezes(outline, (one) => one.layers[1]?.[0] ?? 0).filter(
    ([, squeezed]) => squeezed > 32,
  );
  const { padding, divisor: usual, bias } = habits;
  const { divisor = usual } =
    squeezeRule(told, { ratios: [4], divisors: [usual, ...usualDivisors] }) ?? {};
  const multiPath = { kind: 'resnest', radix, halving: 'after', padding, divisor, bias } as const;
  return { multiPath, inner, groups: inner / ((wide[1] ?? 1) * radix) };
}

function select(block: BlockOutline, outline: NetworkOutline): SpatialFound | undefined {
  const [[inner = 0, taken = 1] = []] = stepsOf(block, /^conv\d\/path0$/);
  if (inner === 0) return undefined;
  const isBasic = block.others.has('conv1/path0');
  // Only of the network's very first block is it known what comes to it.
  const [come = 0] = isBasic ? (outline.stem.at(-1) ?? []) : (block.layers[0] ?? []);
  const reads = come / taken === 2 ? 'halves' : 'whole';
  const pathChannels = (one: BlockOutline) =>
    least(stepsOf(one, /^conv\d\/path0$/).map(([channels = 0]) => channels));
  const rule = squeezeRule(squeezes(outline, pathChannels)) ?? { reduce: 16, divisor: 8 };
  const multiPath = { kind: 'select', reads, ...rule } as const;
  const groups = isBasic || reads === 'halves' ? 1 : come / taken;
  return { multiPath, inner, groups };
}

/** A plain convolution: the 3×3 of a bottleneck, which may have groups, or the first of a basic block. */
function plain({ layers: [outer = [], middle = [], last] }: BlockOutline): SpatialFound {
  const multiPath = { kind: 'none' } as const;
  if (!last) return { multiPath, inner: outer[0] ?? 0, groups: 1 };
  const [inner = 0, taken = 1] = middle;
  return { multiPath, inner, groups: (outer[0] ?? 0) / taken };
}

export function spatialOf(
  block: BlockOutline,
  outline: NetworkOutline,
  habits: PathHabits,
): SpatialFound {
  return (
    res2net(block, habits) ??
    select(block, outline) ??
    resnest(block, outline, habits) ??
    plain(block)
  );
}
