import type {
  AntiAlias,
  Attention,
  BlockKind,
  MultiPath,
  ShortcutKind,
} from '../../src/language/spec.ts';
import { attentionSteps } from './attention.ts';
import { halvingSteps } from './halving.ts';
import { multiPathSteps, partsRead } from './multi-path.ts';
import { type ConvFields, convNorm, convNormRelu, type Step } from './step.ts';

export interface BlockOptions {
  /** `stage1/block0`. */
  readonly path: string;
  readonly kind: BlockKind;
  /** Channels that come. */
  readonly inputs: number;
  /** Inner channels. */
  readonly inner: number;
  readonly outputs: number;
  /** Of a bottleneck's 3×3 convolution. */
  readonly groups: number;
  readonly multiPath: MultiPath;
  readonly narrowFirst: number;
  readonly stride: number;
  readonly strideIn: 'conv1' | 'conv2';
  /** Of the stage, and of its first block's strided convolution. */
  readonly dilation: number;
  readonly firstDilation: number;
  readonly antiAlias: AntiAlias;
  readonly attention: Attention;
  readonly shortcut: ShortcutKind;
  readonly shortcutKernel: number;
  readonly isFirst: boolean;
  /** Whether the shortcut is projected even where shapes agree. */
  readonly projectAlways: boolean;
}

function branchConvs(options: BlockOptions): readonly ConvFields[] {
  const { kind, inner, outputs, groups, stride, strideIn } = options;
  const { dilation, firstDilation, narrowFirst, multiPath } = options;
  if (kind === 'basic') {
    return [
      { kernel: 3, channels: inner, stride, dilation: firstDilation },
      { kernel: 3, channels: outputs, stride: 1, dilation },
    ];
  }
  const inFirst = strideIn === 'conv1';
  const narrow = (inner / narrowFirst) * partsRead(multiPath);
  return [
    { kernel: 1, channels: narrow, stride: inFirst ? stride : 1 },
    { kernel: 3, channels: inner, stride: inFirst ? 1 : stride, groups, dilation: firstDilation },
    { kernel: 1, channels: outputs, stride: 1 },
  ];
}

/** The convolution that strides, which is the first of a basic block and the 3×3 of a bottleneck, with its norm and Relu. */
function spatialSteps(path: string, conv: ConvFields, options: BlockOptions): readonly Step[] {
  const { multiPath, antiAlias, isFirst } = options;
  if (multiPath.kind !== 'none')
    return multiPathSteps(path, { ...conv, groups: conv.groups ?? 1, isFirst }, multiPath);
  if (conv.stride === 1) return convNormRelu(path, conv);
  const halving = halvingSteps(path, antiAlias);
  return convNormRelu(path, halving.length === 0 ? conv : { ...conv, stride: 1 }).concat(halving);
}

/** A Relu behind each convolution but the last, whose Relu comes after the sum. */
function branchSteps(options: BlockOptions): readonly Step[] {
  const convs = branchConvs(options);
  const spatial = options.kind === 'basic' ? 0 : 1;
  return convs.flatMap((conv, index) => {
    const path = `${options.path}/conv${index + 1}`;
    if (index === spatial) return spatialSteps(path, conv, options);
    return index < convs.length - 1 ? convNormRelu(path, conv) : convNorm(path, conv);
  });
}

/** What stands before the projection of a shortcut that pools. A dilated stage keeps the sides of its map (timm layers/pool2d_same.py). */
function shortcutPool(path: string, { stride, dilation }: BlockOptions): readonly Step[] {
  if (stride > 1) return [{ kind: 'averagePool', path, window: stride }];
  if (dilation === 1) return [];
  return [{ kind: 'averageWindow', path, window: 2, stride: 1, pads: [0, 1], counted: true }];
}

function shortcutSteps(options: BlockOptions): readonly Step[] {
  const { inputs, outputs: channels, stride, dilation, shortcut, projectAlways } = options;
  const path = `${options.path}/shortcut`;
  const fits = stride === 1 && inputs === channels;
  if (fits && (shortcut === 'pad' || !projectAlways)) return [];
  if (shortcut === 'pad') return [{ kind: 'padChannels', path, channels, stride }];
  const pool = shortcut === 'avgpool' ? shortcutPool(`${path}/pool`, options) : [];
  const kernel = stride === 1 && dilation === 1 ? 1 : options.shortcutKernel;
  return [...pool, ...convNorm(path, { channels, kernel, stride: pool.length > 0 ? 1 : stride })];
}

/** relu(branch(x) + shortcut(x)): [N, inputs, H, W] → [N, outputs, H/stride, W/stride]. */
export function blockSteps(options: BlockOptions): readonly Step[] {
  const { kind, outputs, attention } = options;
  const last = `${options.path}/conv${kind === 'basic' ? 2 : 3}`;
  const branch = [
    ...branchSteps(options),
    ...attentionSteps(`${options.path}/attention`, outputs, attention),
  ];
  return [
    { kind: 'add', path: `${last}/add`, branch, shortcut: shortcutSteps(options) },
    { kind: 'relu', path: `${last}/relu` },
  ];
}
