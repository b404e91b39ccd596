import type { BlockKind, ShortcutKind } from '../../src/language/spec.ts';
import type { LayerPlace } from '../weights/parameter-slot.ts';
import { padChannels } from './channel-pad.ts';
import type { GraphBuilder } from './graph-builder.ts';

export interface BlockOptions {
  readonly kind: BlockKind;
  readonly stage: number;
  readonly block: number;
  readonly flatBlock: number;
  readonly stageBlocks: number;
  /** Inner channels. */
  readonly width: number;
  readonly expansion: number;
  readonly stride: number;
  readonly strideIn: 'conv1' | 'conv2';
  readonly shortcut: ShortcutKind;
  /** Whether the shortcut is projected even where shapes agree. */
  readonly projectAlways: boolean;
}

interface BranchConv {
  readonly kernel: number;
  readonly channels: number;
  readonly stride: number;
}

function branchOf(options: BlockOptions): readonly BranchConv[] {
  const { kind, width, stride, strideIn, expansion } = options;
  if (kind === 'basic') {
    return [
      { kernel: 3, channels: width, stride },
      { kernel: 3, channels: width, stride: 1 },
    ];
  }
  const inFirst = strideIn === 'conv1';
  return [
    { kernel: 1, channels: width, stride: inFirst ? stride : 1 },
    { kernel: 3, channels: width, stride: inFirst ? 1 : stride },
    { kernel: 1, channels: width * expansion, stride: 1 },
  ];
}

/** PaddleClas' "SAME" pool of 2×2, stride 2: at an odd side the end averages the pixels that exist. */
function averagePool(builder: GraphBuilder, x: string, name: string): string {
  const [height, width] = builder.sidesOf(x);
  return builder.node('AveragePool', name, [x], {
    kernel_shape: [2, 2],
    strides: [2, 2],
    pads: [0, 0, height % 2, width % 2],
    count_include_pad: 0,
  });
}

function buildShortcut(
  builder: GraphBuilder,
  x: string,
  options: BlockOptions & { readonly path: string; readonly place: LayerPlace },
): string {
  const { path, width, expansion, stride, shortcut, projectAlways, place } = options;
  const channels = width * expansion;
  const fits = stride === 1 && builder.channelsOf(x) === channels;
  if (fits && (shortcut === 'pad' || !projectAlways)) return x;
  if (shortcut === 'pad')
    return padChannels(builder, x, { name: `${path}/shortcut`, channels, stride });
  const pooled = shortcut === 'avgpool' && stride > 1;
  return builder.convBatchNorm(pooled ? averagePool(builder, x, `${path}/shortcut/pool`) : x, {
    name: `${path}/shortcut`,
    channels,
    kernel: 1,
    stride: pooled ? 1 : stride,
    place,
    relu: false,
  });
}

/** relu(branch(x) + shortcut(x)): [N, C, H, W] → [N, width × expansion, H/stride, W/stride]. */
export function buildBlock(builder: GraphBuilder, x: string, options: BlockOptions): string {
  const { stage, block, flatBlock, stageBlocks } = options;
  const path = `stage${stage + 1}/block${block}`;
  const placeOf = (layer: number | 'shortcut'): LayerPlace => ({
    kind: 'block',
    stage,
    block,
    flatBlock,
    stageBlocks,
    layer,
  });
  const convs = branchOf(options);
  const last = `${path}/conv${convs.length}`;
  // The shortcut comes first so that the last convolution can take it in when the two are fused.
  const shortcut = buildShortcut(builder, x, { ...options, path, place: placeOf('shortcut') });
  const branch = convs.reduce(
    (value, conv, index) =>
      builder.convBatchNorm(value, {
        ...conv,
        name: `${path}/conv${index + 1}`,
        place: placeOf(index),
        relu: index < convs.length - 1,
      }),
    x,
  );
  const sum = builder.node('Add', `${last}/add`, [branch, shortcut]);
  return builder.node('Relu', `${last}/relu`, [sum]);
}
