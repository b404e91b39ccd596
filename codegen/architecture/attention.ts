/*
 * What weighs a block's channels, in the forms that TensorRT fuses best: the mean is an AveragePool over the whole map, and ECA's convolution runs along the
 * channels as along rows, between two transpositions.
 */
import type { Attention } from '../../src/language/spec.ts';
import type { Step } from './step.ts';

/** Channels of the squeeze: the nearest multiple of `divisor`, at least that (timm layers/helpers.py make_divisible with round_limit 0). */
export function squeezedChannels(channels: number, reduce: number, divisor: number): number {
  return Math.max(divisor, Math.floor((channels / reduce + divisor / 2) / divisor) * divisor);
}

/** Kernel along the channels: odd, growing with their logarithm, at least 3 (timm layers/eca.py). */
export function channelKernel(channels: number): number {
  const half = Math.trunc(Math.abs(Math.log2(channels) + 1) / 2);
  return Math.max(half % 2 === 1 ? half : half + 1, 3);
}

type Weighing<Kind extends Attention['kind']> = (
  path: string,
  channels: number,
  attention: Extract<Attention, { kind: Kind }>,
) => readonly Step[];

const weighings: {
  readonly [Kind in Exclude<Attention['kind'], 'none'>]: Weighing<Kind>;
} = {
  se(path, channels, { reduce, divisor }) {
    const squeezed = squeezedChannels(channels, reduce, divisor);
    const conv = { kind: 'conv', kernel: 1, stride: 1, bias: true } as const;
    return [
      { kind: 'averageAll', path: `${path}/pool` },
      { ...conv, path: `${path}/reduce`, channels: squeezed },
      { kind: 'relu', path: `${path}/reduce/relu` },
      { ...conv, path: `${path}/expand`, channels },
      { kind: 'sigmoid', path: `${path}/sigmoid` },
    ];
  },
  eca(path, channels) {
    const kernel = [channelKernel(channels), 1] as const;
    return [
      { kind: 'averageAll', path: `${path}/pool` },
      { kind: 'swapChannels', path: `${path}/rows` },
      { kind: 'conv', path: `${path}/conv`, channels: 1, kernel, stride: 1 },
      { kind: 'sigmoid', path: `${path}/sigmoid` },
      { kind: 'swapChannels', path: `${path}/weights` },
    ];
  },
};

/** x times the weight of each channel; no steps where nothing is weighed. */
export function attentionSteps(
  path: string,
  channels: number,
  attention: Attention,
): readonly Step[] {
  if (attention.kind === 'none') return [];
  const weigh = weighings[attention.kind] as Weighing<Attention['kind']>;
  return [{ kind: 'scale', path, weights: weigh(path, channels, attention) }];
}
