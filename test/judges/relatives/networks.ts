/* Small relatives of ResNet, each feature in one of them at least: what is computed, and the spec that means it. */

import {
  type Attention,
  averaged,
  channelAttention,
  halve,
  halving,
  type Middle,
  names,
  type Place,
  plain,
  projection,
  res2net,
  resnest,
  type Shortcut,
  select,
  squeezeExcite,
} from './layers.ts';
import type { Maps } from './maps.ts';
import { add, greatestOf, joined, mapEach, maxPool, meanOf, relu } from './maps.ts';
import { Net } from './net.ts';

export const classes = 10;

/** A block of a place. */
type Block = (net: Net, x: Maps, place: Place) => Maps;

/** What a block reads, and where it stands. */
interface From {
  readonly x: Maps;
  readonly place: Place;
}

interface BlockParts {
  readonly middle?: Middle;
  readonly attention?: Attention;
  readonly shortcut?: Shortcut;
}

/** From what the last convolution made to what leaves the block. */
function ended(parts: BlockParts, last: string): (net: Net, y: Maps, from: From) => Maps {
  const { attention, shortcut = projection() } = parts;
  return (net, y, { x, place }) => {
    const weighed = attention ? net.keep(`${place.node}/attention`, attention(net, y, place)) : y;
    const sum = add(weighed, shortcut(net, x, place));
    return net.keep(`${place.node}/${last}/relu`, relu(sum));
  };
}

function bottleneck(
  parts: BlockParts & { conv1?: (inner: number) => number; select?: boolean },
): Block {
  const { middle = plain(), conv1 = (inner: number) => inner } = parts;
  const layer = parts.select ? '.conv' : '';
  const norm = (conv: number): string => (parts.select ? `conv${conv}.bn` : `bn${conv}`);
  const small = { kernel: 1, stride: 1 };
  return (net, x, place) => {
    const first = names(place, 'conv1', `conv1${layer}`, norm(1));
    const narrow = net.convNormRelu(x, first, { ...small, outputs: conv1(place.inner) });
    const y = middle(net, narrow, place);
    const third = names(place, 'conv3', `conv3${layer}`, norm(3));
    const wide = net.convNorm(y, third, { ...small, outputs: place.outputs });
    return ended(parts, 'conv3')(net, wide, { x, place });
  };
}

/** The middle stands in the place of its first convolution. */
function basic(parts: BlockParts & { middle: Middle; select?: boolean }): Block {
  const [conv, norm] = parts.select ? ['conv2.conv', 'conv2.bn'] : ['conv2', 'bn2'];
  return (net, x, place) => {
    const { outputs, dilation } = place;
    const y = parts.middle(net, x, place);
    const layer = { outputs, kernel: 3, stride: 1, dilation };
    const branch = net.convNorm(y, names(place, 'conv2', conv ?? '', norm ?? ''), layer);
    return ended(parts, 'conv2')(net, branch, { x, place });
  };
}

const first: Middle = (net, x, place) => {
  const { inner: outputs, stride, firstDilation: dilation } = place;
  const layer = { outputs, kernel: 3, stride, dilation };
  return net.convNormRelu(x, names(place, 'conv1', 'conv1', 'bn1'), layer);
};

const firstAveraged: Middle = (net, x, place) => {
  const y = first(net, x, { ...place, stride: 1 });
  return place.stride === 1 ? y : halve(net, y, `${place.node}/conv1`, 'average');
};

type Stem = (net: Net, x: Maps) => Maps;

const conv7: Stem = (net, x) =>
  net.convNormRelu(
    x,
    { node: 'stem/conv1', conv: 'conv1', norm: 'bn1' },
    { outputs: 16, kernel: 7, stride: 2 },
  );

const deep: Stem = (net, x) => {
  const layer = { kernel: 3, outputs: 8, stride: 1 };
  const own = (conv: number, at: string, norm: string) => ({
    node: `stem/conv${conv}`,
    conv: `conv1.${at}`,
    norm,
  });
  const one = net.convNormRelu(x, own(1, '0', 'conv1.1'), { ...layer, stride: 2 });
  const two = net.convNormRelu(one, own(2, '3', 'conv1.4'), layer);
  return net.convNormRelu(two, own(3, '6', 'bn1'), { ...layer, outputs: 16 });
};

const pooled: Stem = (net, x) => maxPool(conv7(net, x), { kernel: 3, stride: 2 });

const blurred: Stem = (net, x) =>
  halve(net, maxPool(deep(net, x), { kernel: 3, stride: 1 }), 'stem/pool', 'blur');

const averagedStem: Stem = (net, x) => halve(net, conv7(net, x), 'stem/pool', 'average');

const convolved: Stem = (net, x) =>
  net.convNormRelu(
    conv7(net, x),
    { node: 'stem/pool', conv: 'maxpool.0', norm: 'maxpool.1' },
    { outputs: 16, kernel: 3, stride: 2 },
  );

type Pool = (net: Net, x: Maps) => Maps;

const halfOfBoth: Pool = (net, x) => {
  net.expect('head/pool.half', [0.5]);
  return mapEach(add(meanOf(x), greatestOf(x)), (value) => value / 2);
};

interface Stage {
  readonly blocks: number;
  readonly block: Block;
  readonly inner: number;
  readonly outputs: number;
  readonly stride: number;
  readonly dilation?: number;
}

export interface Relative {
  readonly name: string;
  /** Properties of the spec beside input, classes and weights. */
  readonly spec: string;
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly normGroups?: number;
  readonly stem: Stem;
  readonly stages: readonly Stage[];
  readonly pool?: Pool;
}

function computeStages(net: Net, stem: Maps, stages: readonly Stage[]): Maps {
  let x = stem;
  stages.forEach(({ blocks, block, dilation = 1, ...stage }, s) => {
    for (let b = 0; b < blocks; b++) {
      x = block(net, x, {
        ...stage,
        node: `stage${s + 1}/block${b}`,
        file: `layer${s + 1}.${b}`,
        isFirst: b === 0,
        stride: b === 0 ? stage.stride : 1,
        dilation,
        firstDilation: b === 0 ? (stages[s - 1]?.dilation ?? 1) : dilation,
      });
    }
  });
  return x;
}

function linear(net: Net, { values }: Maps): readonly number[] {
  const weight = net.parameter('fc.weight', [classes, values.length], () => 0.3 * net.normal());
  const bias = net.parameter('fc.bias', [classes], () => 0.3 * net.normal());
  net.expect('head/fc.weight', weight);
  net.expect('head/fc.bias', bias);
  return Array.from(bias, (b, o) =>
    values.reduce((sum, value, i) => sum + value * (weight[o * values.length + i] as number), b),
  );
}

/** The network with all its numbers, and the logits of pictures [N, channels, height, width]. */
export function computeRelative(
  { shape, stem, stages, normGroups, pool = (_, x) => meanOf(x) }: Relative,
  pictures: Float32Array,
): { readonly net: Net; readonly logits: readonly number[] } {
  const net = new Net(normGroups);
  const [channels, height, width] = shape;
  const size = channels * height * width;
  const logits: number[] = [];
  for (let start = 0; start < pictures.length; start += size) {
    const values = Float64Array.from(pictures.subarray(start, start + size));
    const x = net.keep('input', { channels, height, width, values });
    logits.push(...linear(net, pool(net, computeStages(net, stem(net, x), stages))));
  }
  return { net, logits };
}

/** Two stages of inner channels 16 and 32, four times as many outside unless told otherwise. */
function twoStages(
  blocks: readonly [number, number],
  block: Block,
  {
    inner = [16, 32],
    outputs = [64, 128],
  }: Partial<Record<'inner' | 'outputs', readonly [number, number]>> = {},
): readonly Stage[] {
  return blocks.map((count, s) => ({
    blocks: count,
    block,
    inner: inner[s] as number,
    outputs: outputs[s] as number,
    stride: s + 1,
  }));
}

const flat = { inner: [16, 32], outputs: [16, 32] } as const;
const base = 'widths [16, 32]  stem-widths [16]';

export const relatives: readonly Relative[] = [
  {
    name: 'groups, SE and averaged shortcuts',
    spec: `block bottleneck  stages [1, 2]  ${base}  groups 4  shortcut avgpool  attention se reduce 4 divisor 8`,
    shape: [3, 34, 38],
    stem: pooled,
    stages: [
      ...twoStages(
        [1, 0],
        bottleneck({ middle: plain(4), shortcut: averaged, attention: squeezeExcite(16) }),
        { inner: [64, 128] },
      ).slice(0, 1),
      ...twoStages(
        [0, 2],
        bottleneck({ middle: plain(4), shortcut: averaged, attention: squeezeExcite(32) }),
        { inner: [64, 128] },
      ).slice(1),
    ],
  },
  {
    name: 'Res2Net, pooled and counted',
    spec: `block bottleneck  stages [2, 1]  ${base}  group-width 32  multi-path res2net scale 4`,
    shape: [3, 32, 40],
    stem: pooled,
    stages: twoStages(
      [2, 1],
      bottleneck({
        middle: res2net({ scale: 4, groups: 1, start: 'pooled', padding: 'counted' }),
        conv1: (inner) => inner * 4,
      }),
      { inner: [8, 16] },
    ),
  },
  {
    name: 'Res2Net, chained and ignored, in groups',
    spec: `block bottleneck  stages [2, 2]  ${base}  groups 2  group-width 32  multi-path res2net scale 3 start chained padding ignored`,
    shape: [3, 32, 32],
    stem: pooled,
    stages: twoStages(
      [2, 2],
      bottleneck({
        middle: res2net({ scale: 3, groups: 2, start: 'chained', padding: 'ignored' }),
        conv1: (inner) => inner * 3,
      }),
      { inner: [16, 32] },
    ),
  },
  {
    name: 'ECA and blur',
    spec: `block bottleneck  stages [1, 2]  widths [16, 32]  stem deep  stem-widths [8, 8, 16]  attention eca  anti-alias blur`,
    shape: [3, 33, 40],
    stem: blurred,
    stages: [
      ...twoStages(
        [1, 0],
        bottleneck({ middle: halving('blur'), attention: channelAttention(3) }),
      ).slice(0, 1),
      ...twoStages(
        [0, 2],
        bottleneck({ middle: halving('blur'), attention: channelAttention(5) }),
      ).slice(1),
    ],
  },
  {
    name: 'averages in the place of strides',
    spec: `block basic  stages [1, 2]  ${base}  anti-alias average`,
    shape: [3, 32, 32],
    stem: averagedStem,
    stages: twoStages([1, 2], basic({ middle: firstAveraged }), flat),
  },
  {
    name: 'ResNeSt of radix 2',
    spec: `block bottleneck  stages [1, 2]  ${base}  shortcut avgpool  multi-path resnest`,
    shape: [3, 33, 40],
    stem: pooled,
    stages: twoStages(
      [1, 2],
      bottleneck({
        middle: resnest({ radix: 2, groups: 1, pool: 'after', padding: 'counted' }),
        shortcut: averaged,
      }),
    ),
  },
  {
    name: 'ResNeSt of radix 4 in groups',
    spec: `block bottleneck  stages [1, 1]  ${base}  groups 2  shortcut avgpool  multi-path resnest radix 4 halving before padding ignored`,
    shape: [3, 33, 40],
    stem: pooled,
    stages: twoStages(
      [1, 1],
      bottleneck({
        middle: resnest({ radix: 4, groups: 2, pool: 'before', padding: 'ignored' }),
        shortcut: averaged,
      }),
      { inner: [32, 64] },
    ),
  },
  {
    name: 'ResNeSt of radix 4',
    spec: `block bottleneck  stages [1, 1]  ${base}  shortcut avgpool  multi-path resnest radix 4`,
    shape: [3, 32, 32],
    stem: pooled,
    stages: twoStages(
      [1, 1],
      bottleneck({
        middle: resnest({ radix: 4, groups: 1, pool: 'after', padding: 'counted' }),
        shortcut: averaged,
      }),
    ),
  },
  {
    name: 'ResNeSt of radix 1',
    spec: `block bottleneck  stages [1, 1]  ${base}  shortcut avgpool  multi-path resnest radix 1`,
    shape: [3, 32, 32],
    stem: pooled,
    stages: twoStages(
      [1, 1],
      bottleneck({
        middle: resnest({ radix: 1, groups: 1, pool: 'after', padding: 'counted' }),
        shortcut: averaged,
      }),
    ),
  },
  {
    name: 'two paths on halves',
    spec: `block basic  stages [1, 2]  ${base}  multi-path select reads halves reduce 8 divisor 16`,
    shape: [3, 33, 40],
    stem: pooled,
    stages: twoStages(
      [1, 2],
      basic({
        middle: select({ reads: 'halves', groups: 1, squeezed: 16, conv: 'conv1' }),
        select: true,
      }),
      flat,
    ),
  },
  {
    name: 'two paths on the whole, in groups',
    spec: `block bottleneck  stages [1, 1]  ${base}  groups 4  group-width 16  multi-path select reads whole reduce 4 divisor 8`,
    shape: [3, 32, 32],
    stem: pooled,
    stages: twoStages(
      [1, 1],
      bottleneck({
        middle: select({ reads: 'whole', groups: 4, squeezed: 8, conv: 'conv2' }),
        select: true,
      }),
    ),
  },
  {
    name: 'group norm',
    spec: `block bottleneck  stages [1, 2]  ${base}  norm group count 4`,
    shape: [3, 33, 40],
    normGroups: 4,
    stem: pooled,
    stages: twoStages([1, 2], bottleneck({})),
  },
  {
    name: 'dilated stages',
    spec: `block bottleneck  stages [1, 1, 2]  widths [16, 16, 16]  stem-widths [16]  strides [1, 2, 1]  dilations [1, 1, 2]  shortcut avgpool`,
    shape: [3, 33, 40],
    stem: pooled,
    stages: [1, 1, 2].map((blocks, s) => ({
      blocks,
      block: bottleneck({ shortcut: averaged }),
      inner: 16,
      outputs: 64,
      stride: s === 1 ? 2 : 1,
      dilation: s === 2 ? 2 : 1,
    })),
  },
  {
    name: 'a convolution behind the stem, and the greatest',
    spec: `block basic  stages [1, 1]  ${base}  stem-pool conv  pool max`,
    shape: [3, 33, 40],
    stem: convolved,
    stages: twoStages([1, 1], basic({ middle: first }), flat),
    pool: (_, x) => greatestOf(x),
  },
  {
    name: 'blocks of two kinds, and half of both pools',
    spec: `block bottleneck  stages [1, 2]  ${base}  stage-blocks [basic, bottleneck]  pool avgmax`,
    shape: [3, 32, 40],
    stem: pooled,
    stages: [
      ...twoStages([1, 0], basic({ middle: first }), { outputs: [16, 128] }).slice(0, 1),
      ...twoStages([0, 2], bottleneck({})).slice(1),
    ],
    pool: halfOfBoth,
  },
  {
    name: 'narrow first convolutions, wide projections, and both pools',
    spec: `block bottleneck  stages [1, 2]  ${base}  narrow-first 2  shortcut-kernel 3  pool catavgmax`,
    shape: [3, 33, 40],
    stem: pooled,
    stages: twoStages([1, 2], bottleneck({ conv1: (inner) => inner / 2, shortcut: projection(3) })),
    pool: (_, x) => joined([meanOf(x), greatestOf(x)]),
  },
];
