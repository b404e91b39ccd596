import { least } from '../../../src/collections/extremes.ts';
import type { Attention } from '../../../src/language/spec.ts';
import { squeezedChannels } from '../../architecture/attention.ts';
import { type NetworkOutline, outputsOf } from './network-outline.ts';

/** [channels, squeezed channels] of a block. */
type Squeeze = readonly [number, number];

/** To multiples of what squeezes are rounded, the plain first: PaddleClas not at all, timm to eights. */
export const usualDivisors: readonly number[] = [1, 8, 4, 16, 32];

function squeezesOf({ stages }: NetworkOutline): readonly Squeeze[] {
  return stages.flat().flatMap((block): Squeeze[] => {
    const shape = block.others.get('attention/reduce');
    // Linear layers of Paddle stand the other way round; a squeeze is the smaller side.
    return shape ? [[outputsOf(block), least(shape.slice(0, 2))]] : [];
  });
}

/** What most networks divide by: where several would do, it is meant. */
const usualReduction = 16;

/** Reductions that may be meant: the usual one, then each block's ratio, the largest blocks first, which rounding moves least. */
function reductions(squeezes: readonly Squeeze[]): readonly number[] {
  const ratios = squeezes
    .toReversed()
    .map(([channels, squeezed]) => Math.round(channels / squeezed));
  return [...new Set([usualReduction, ...ratios])];
}

function fits(squeezes: readonly Squeeze[], reduce: number, divisor: number): boolean {
  return squeezes.every(
    ([channels, squeezed]) => squeezedChannels(channels, reduce, divisor) === squeezed,
  );
}

interface Tries {
  readonly ratios?: readonly number[] | undefined;
  readonly divisors?: readonly number[] | undefined;
}

/** The first reduction and divisor by which all squeezes follow from their channels; undefined: none do. */
export function squeezeRule(
  squeezes: readonly Squeeze[],
  { ratios = reductions(squeezes), divisors = usualDivisors }: Tries = {},
): { readonly reduce: number; readonly divisor: number } | undefined {
  for (const divisor of squeezes.length === 0 ? [] : divisors) {
    const reduce = ratios.find((ratio) => fits(squeezes, ratio, divisor));
    if (reduce !== undefined) return { reduce, divisor };
  }
  return undefined;
}

/** The attention that the shapes of a network's blocks tell; none where they have none, or one that no words say. */
export function attentionOf(outline: NetworkOutline): Attention {
  const blocks = outline.stages.flat();
  if (blocks.some(({ others }) => others.has('attention/conv'))) return { kind: 'eca' };
  const rule = squeezeRule(squeezesOf(outline));
  return rule ? { kind: 'se', ...rule } : { kind: 'none' };
}
