import { least } from '../../../src/collections/extremes.ts';
import type { MultiPath } from '../../../src/language/spec.ts';
import { squeezeRule } from './attention.ts';
import type { BlockOutline, NetworkOutline } from './network-outline.ts';

/** What names and shapes tell of a block's 3×3 convolution where it is more than one path, and its channels and groups. */
export interface PathsFound {
  readonly multiPath: MultiPath;
  readonly inner: number;
  readonly groups: number;
}

type Shape = readonly number[];

/** Steps of a block that begin so, in order. */
function stepsOf({ others }: BlockOutline, pattern: RegExp): readonly Shape[] {
  return [...others].filter(([step]) => pattern.test(step)).map(([, shape]) => shape);
}

/** Whose rule for what no file tells: timm's names of the parts stand in lists, PaddleClas' do not. */
interface Habits {
  readonly isPaddle: boolean;
}

function res2net(block: BlockOutline, { isPaddle }: Habits): PathsFound | undefined {
  const parts = stepsOf(block, /^conv2\/part\d+$/);
  const [[inner = 0, taken = 1] = []] = parts;
  if (parts.length === 0) return undefined;
  const habits = isPaddle
    ? ({ start: 'chained', padding: 'ignored' } as const)
    : ({ start: 'pooled', padding: 'counted' } as const);
  const multiPath = { kind: 'res2net', scale: parts.length + 1, ...habits } as const;
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

function resnest(block: BlockOutline, outline: NetworkOutline, { isPaddle }: Habits) {
  const { layers, others } = block;
  const [, wide = [], last = []] = layers;
  if (!others.has('conv2/attention/reduce') || others.has('conv2/path0')) return undefined;
  const inner = last[1] ?? 0;
  const radix = (wide[0] ?? 0) / inner;
  // Squeezes below the least of 32 follow no rule.
  const told = squeezes(outline, (one) => one.layers[1]?.[0] ?? 0).filter(
    ([, squeezed]) => squeezed > 32,
  );
  const { divisor = isPaddle ? 1 : 8 } = squeezeRule(told, [4]) ?? {};
  const padding = isPaddle ? 'ignored' : 'counted';
  const bias = !isPaddle;
  const multiPath = { kind: 'resnest', radix, halving: 'after', padding, divisor, bias } as const;
  return { multiPath, inner, groups: inner / ((wide[1] ?? 1) * radix) };
}

function select(block: BlockOutline, outline: NetworkOutline): PathsFound | undefined {
  const [[inner = 0, taken = 1] = []] = stepsOf(block, /^conv\d\/path0$/);
  if (inner === 0) return undefined;
  const isBasic = block.others.has('conv1/path0');
  const read = isBasic ? inner : (block.layers[0]?.[0] ?? 0);
  const reads = read / taken === 2 ? 'halves' : 'whole';
  const pathChannels = (one: BlockOutline) =>
    least(stepsOf(one, /^conv\d\/path0$/).map(([channels = 0]) => channels));
  const rule = squeezeRule(squeezes(outline, pathChannels)) ?? { reduce: 16, divisor: 8 };
  const multiPath = { kind: 'select', reads, ...rule } as const;
  return { multiPath, inner, groups: reads === 'halves' ? 1 : read / taken };
}

/** The paths that names and shapes tell; undefined: a plain convolution. */
export function pathsOf(outline: NetworkOutline, habits: Habits): PathsFound | undefined {
  const [[first] = []] = outline.stages;
  return (
    first && (res2net(first, habits) ?? select(first, outline) ?? resnest(first, outline, habits))
  );
}
