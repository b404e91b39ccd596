/* What stands in a block in the place of its 3×3 convolution, behind its last one and beside it, as timm's networks have it. */
import {
  add,
  averageHalves,
  averagePool,
  blur,
  channelsOf,
  joined,
  type Maps,
  mapEach,
  meanOf,
  pixel,
  relu,
  sigmoid,
} from './maps.ts';
import type { Names, Net } from './net.ts';

/** A block and where it stands. */
export interface Place {
  readonly node: string;
  readonly file: string;
  readonly inner: number;
  readonly outputs: number;
  readonly stride: number;
  readonly isFirst: boolean;
  /** Of its stage, and of its strided convolution. */
  readonly dilation: number;
  readonly firstDilation: number;
}

export function names({ node, file }: Place, own: string, conv: string, norm: string): Names {
  return { node: `${node}/${own}`, conv: `${file}.${conv}`, norm: `${file}.${norm}` };
}

/** Makes a block's middle of what its first convolution made. */
export type Middle = (net: Net, x: Maps, place: Place) => Maps;
export type Padding = 'counted' | 'ignored';

export function plain(groups = 1): Middle {
  return (net, x, place) => {
    const { inner: outputs, stride, firstDilation: dilation } = place;
    const layer = { outputs, kernel: 3, stride, groups, dilation };
    return net.convNormRelu(x, names(place, 'conv2', 'conv2', 'bn2'), layer);
  };
}

/** The filter of each channel, as the graph has it. */
export function expectFilter(net: Net, node: string, channels: number): void {
  const filter = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((value) => value / 16);
  net.expect(`${node}.filter`, Array.from({ length: channels }, () => filter).flat());
}

/** What halves a map where `how` does, its name behind that of `node`. */
export function halve(net: Net, x: Maps, node: string, how: 'average' | 'blur'): Maps {
  if (how === 'average')
    return averagePool(x, { kernel: 2, stride: 2, pads: [0, [0, 0]] }, 'ignored');
  expectFilter(net, `${node}/halve`, x.channels);
  return blur(x);
}

export function halving(how: 'average' | 'blur'): Middle {
  return (net, x, place) => {
    const y = plain()(net, x, { ...place, stride: 1 });
    return place.stride === 1 ? y : halve(net, y, `${place.node}/conv2`, how);
  };
}

export interface Res2Net {
  readonly scale: number;
  readonly groups: number;
  readonly start: 'pooled' | 'chained';
  readonly padding: Padding;
}

/** The parts one after another, each with what the one before made of its own. */
export function res2net({ scale, groups, start, padding }: Res2Net): Middle {
  return (net, x, place) => {
    const { inner: outputs, stride, isFirst } = place;
    const isApart = stride > 1 || (isFirst && start === 'pooled');
    const made: Maps[] = [];
    for (let part = 0; part < scale; part++) {
      const own = channelsOf(x, part * outputs, outputs);
      const before = made.at(-1);
      if (part === scale - 1) {
        made.push(isApart ? averagePool(own, { kernel: 3, stride }, padding) : own);
        continue;
      }
      const read = isApart || !before ? own : add(own, before);
      const its = names(place, `conv2/part${part}`, `convs.${part}`, `bns.${part}`);
      made.push(net.convNormRelu(read, its, { outputs, kernel: 3, stride, groups }));
    }
    return joined(made);
  };
}

/** Shares of several numbers that come to 1. */
function softmax(scores: readonly number[]): readonly number[] {
  const powers = scores.map((score) => Math.exp(score));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The sum of parts, each channel by its share. */
function weigh(parts: readonly Maps[], scoreOf: (part: number, channel: number) => number): Maps {
  const shares = parts.map((part) =>
    Array.from({ length: part.channels }, (_, channel) => {
      const scores = parts.map((__, index) => scoreOf(index, channel));
      return parts.length === 1 ? [sigmoid(scores[0] as number)] : softmax(scores);
    }),
  );
  return parts
    .map((part, index) => mapEach(part, (v, c) => v * (shares[index]?.[c]?.[index] as number)))
    .reduce(add);
}

interface Rows {
  readonly inputs: number;
  readonly groups: number;
  /** How many parts there are. */
  readonly count: number;
}

/** What the graph reads: the mean of all parts, by the same weights for each, and by none of the channels of other groups. */
function repeatRows(net: Net, name: string, { inputs, groups, count }: Rows): void {
  const expected = net.folded.get(name);
  if (!expected) throw new Error(`there is no '${name}'`);
  const own = inputs / groups;
  const rows = expected.values.length / own;
  const repeat = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: rows * inputs * count }, (_, i) => {
      const row = Math.floor(i / (inputs * count));
      const channel = (i % inputs) - Math.floor(row / (rows / groups)) * own;
      return channel >= 0 && channel < own ? (values[row * own + channel] as number) : 0;
    });
  net.folded.set(name, { values: repeat(expected.values), sizes: repeat(expected.sizes) });
}

export interface ResNeSt {
  readonly radix: number;
  readonly groups: number;
  readonly pool: 'before' | 'after';
  readonly padding: Padding;
}

export function resnest({ radix, groups, pool, padding }: ResNeSt): Middle {
  return (net, x, place) => {
    const { inner, stride } = place;
    const pooled = (y: Maps, where: ResNeSt['pool']): Maps =>
      stride > 1 && where === pool ? averagePool(y, { kernel: 3, stride }, padding) : y;
    const wide = { outputs: inner * radix, kernel: 3, stride: 1, groups: groups * radix };
    const own = names(place, 'conv2', 'conv2.conv', 'conv2.bn0');
    const all = net.convNormRelu(pooled(x, 'before'), own, wide);
    const parts = Array.from({ length: radix }, (_, part) => channelsOf(all, part * inner, inner));
    const small = { kernel: 1, stride: 1, groups, bias: true };
    const squeezed = Math.max(32, Math.floor((inner * radix) / 32 + 0.5) * 8);
    const reduce = names(place, 'conv2/attention/reduce', 'conv2.fc1', 'conv2.bn1');
    const z = net.convNorm(meanOf(parts.reduce(add)), reduce, { ...small, outputs: squeezed });
    const rows = { inputs: inner, groups, count: radix };
    if (radix > 1) repeatRows(net, `${reduce.node}.weight`, rows);
    const expand = names(place, 'conv2/attention/expand', 'conv2.fc2', '');
    const scores = net.conv(relu(z), expand, { ...small, outputs: inner * radix });
    // The channels of a group stand together, part by part.
    const size = inner / groups;
    const scoreOf = (part: number, channel: number): number =>
      pixel(scores, (Math.floor(channel / size) * radix + part) * size + (channel % size), 0);
    return pooled(weigh(parts, scoreOf), 'after');
  };
}

export interface Select {
  readonly reads: 'whole' | 'halves';
  readonly groups: number;
  /** Channels of the squeeze. */
  readonly squeezed: number;
  /** The convolution in whose place it stands. */
  readonly conv: 'conv1' | 'conv2';
}

export function select({ reads, groups, squeezed, conv }: Select): Middle {
  return (net, x, place) => {
    const { inner: outputs, stride } = place;
    const half = x.channels / 2;
    const parts = [0, 1].map((part) => {
      const own = `${conv}.paths.${part}`;
      const read = reads === 'whole' ? x : channelsOf(x, part * half, half);
      const its = names(place, `${conv}/path${part}`, `${own}.conv`, `${own}.bn`);
      return net.convNormRelu(read, its, {
        outputs,
        kernel: 3,
        stride,
        groups,
        dilation: part + 1,
      });
    });
    const small = { kernel: 1, stride: 1 };
    const reduce = names(
      place,
      `${conv}/attention/reduce`,
      `${conv}.attn.fc_reduce`,
      `${conv}.attn.bn`,
    );
    const z = net.convNorm(meanOf(parts.reduce(add)), reduce, { ...small, outputs: squeezed });
    const expand = names(place, `${conv}/attention/expand`, `${conv}.attn.fc_select`, '');
    const scores = net.conv(relu(z), expand, { ...small, outputs: outputs * 2 });
    return weigh(parts, (part, channel) => pixel(scores, part * outputs + channel, 0));
  };
}

/** Weighs the channels of a block's branch. */
export type Attention = (net: Net, x: Maps, place: Place) => Maps;

export function squeezeExcite(squeezed: number): Attention {
  return (net, x, place) => {
    const small = { kernel: 1, stride: 1, bias: true };
    const reduce = names(place, 'attention/reduce', 'se.fc1', '');
    const expand = names(place, 'attention/expand', 'se.fc2', '');
    const z = relu(net.conv(meanOf(x), reduce, { ...small, outputs: squeezed }));
    const scores = net.conv(z, expand, { ...small, outputs: x.channels });
    return mapEach(x, (value, channel) => value * sigmoid(scores.values[channel] as number));
  };
}

export function channelAttention(kernel: number): Attention {
  return (net, x, place) => {
    const name = `${place.file}.se.conv.weight`;
    const weight = net.parameter(name, [1, 1, kernel], () => net.normal());
    net.expect(`${place.node}/attention/conv.weight`, weight);
    const means = meanOf(x).values;
    return mapEach(x, (value, channel) => {
      const score = weight.reduce(
        (sum, w, k) => sum + w * (means[channel + k - (kernel - 1) / 2] ?? 0),
        0,
      );
      return value * sigmoid(score);
    });
  };
}

/** What the sum of a block gets from beside its branch. */
export type Shortcut = (net: Net, x: Maps, place: Place) => Maps;

export function projection(kernel = 1): Shortcut {
  return (net, x, place) => {
    if (!place.isFirst) return x;
    const { outputs, stride } = place;
    const layer = { outputs, kernel: stride === 1 ? 1 : kernel, stride };
    return net.convNorm(x, names(place, 'shortcut', 'downsample.0', 'downsample.1'), layer);
  };
}

/** A dilated stage averages without a stride, and counts the zeros behind the map. */
export const averaged: Shortcut = (net, x, place) => {
  if (!place.isFirst) return x;
  const { outputs, stride, dilation } = place;
  const same = { kernel: 2, stride: 1, pads: [0, [1, 1]] } as const;
  const flat = dilation > 1 ? averagePool(x, same, 'counted') : x;
  const read = stride === 2 ? averageHalves(x) : flat;
  const own = names(place, 'shortcut', 'downsample.1', 'downsample.2');
  return net.convNorm(read, own, { outputs, kernel: 1, stride: 1 });
};
