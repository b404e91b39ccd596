/* What stands in the place of a block's 3×3 convolution where that is more than one path: Res2Net, ResNeSt, SKNet. */
import type { MultiPath } from '../../src/language/spec.ts';
import { squeezedChannels } from './attention.ts';
import { type ConvFields, convNormRelu, type Step } from './step.ts';

export interface SpatialConv extends ConvFields {
  readonly groups: number;
  /** Whether it is in the first block of its stage. */
  readonly isFirst: boolean;
}

type Paths<Kind extends MultiPath['kind']> = (
  path: string,
  conv: SpatialConv,
  paths: Extract<MultiPath, { kind: Kind }>,
) => readonly Step[];

/** ResNeSt's squeeze: a quarter of the channels, and never fewer than these (timm layers/split_attn.py). */
const squeeze = { reduce: 4, least: 32 };

function window3(path: string, stride: number, padding: 'counted' | 'ignored'): Step {
  const counted = padding === 'counted';
  return { kind: 'averageWindow', path, window: 3, stride, pads: [1, 1], counted };
}

/** From the sum of parts to a number for each part and channel. */
function weighing(path: string, reduced: ConvFields, expanded: ConvFields): readonly Step[] {
  return [
    { kind: 'averageAll', path: `${path}/pool` },
    ...convNormRelu(`${path}/reduce`, reduced),
    { kind: 'conv', path: `${path}/expand`, ...expanded },
  ];
}

const kinds: { readonly [Kind in Exclude<MultiPath['kind'], 'none'>]: Paths<Kind> } = {
  res2net(path, { isFirst, ...conv }, { scale, start, padding }) {
    const isPooled = conv.stride > 1 || (isFirst && start === 'pooled');
    const branches = Array.from({ length: scale }, (_, part) => {
      const own = `${path}/part${part}`;
      if (part < scale - 1) return convNormRelu(own, conv);
      return isPooled ? [window3(`${own}/pool`, conv.stride, padding)] : [];
    });
    return [{ kind: 'parts', path, branches, chained: !isPooled }];
  },
  resnest(path, { channels, groups, stride }, { radix, halving, padding, divisor, bias }) {
    const squeezed = squeezedChannels(channels * radix, squeeze.reduce, divisor);
    const reduced = Math.max(squeeze.least, squeezed);
    const pool = stride > 1 ? [window3(`${path}/pool`, stride, padding)] : [];
    const small = { kernel: 1, stride: 1, groups, bias: true };
    const weights = weighing(
      `${path}/attention`,
      { ...small, channels: reduced, bias },
      { ...small, channels: channels * radix },
    );
    const wide = { channels: channels * radix, kernel: 3, stride: 1, groups: groups * radix };
    return [
      ...(halving === 'before' ? pool : []),
      ...convNormRelu(path, wide),
      { kind: 'weighParts', path: `${path}/sum`, count: radix, groups, weights },
      ...(halving === 'after' ? pool : []),
    ];
  },
  select(path, { isFirst: _, ...conv }, { reads, reduce, divisor }) {
    const { channels } = conv;
    const groups = Math.min(channels, conv.groups);
    const branches = [1, 2].map((dilation, index) =>
      convNormRelu(`${path}/path${index}`, { ...conv, groups, dilation }),
    );
    const small = { kernel: 1, stride: 1 };
    const weights = weighing(
      `${path}/attention`,
      { ...small, channels: squeezedChannels(channels, reduce, divisor) },
      { ...small, channels: channels * 2 },
    );
    return [
      { kind: 'beside', path, branches, reads: reads === 'whole' ? 'whole' : 'parts' },
      { kind: 'weighParts', path: `${path}/sum`, count: 2, groups: 1, weights },
    ];
  },
};

/** Channels that the convolution before it has to make for each of its own. */
export function partsRead(paths: MultiPath): number {
  return paths.kind === 'res2net' ? paths.scale : 1;
}

export function multiPathSteps(
  path: string,
  conv: SpatialConv,
  paths: Exclude<MultiPath, { kind: 'none' }>,
): readonly Step[] {
  return (kinds[paths.kind] as Paths<MultiPath['kind']>)(path, conv, paths);
}
