import type { Attention, BlockKind, ShortcutKind } from '../../src/language/spec.ts';
import { attentionSteps } from './attention.ts';
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
  readonly stride: number;
  readonly strideIn: 'conv1' | 'conv2';
  readonly shortcut: ShortcutKind;
  readonly attention: Attention;
  /** Whether the shortcut is projected even where shapes agree. */
  readonly projectAlways: boolean;
}

function branchConvs(options: BlockOptions): readonly ConvFields[] {
  const { kind, inner, outputs, groups, stride, strideIn } = options;
  if (kind === 'basic') {
    return [
      { kernel: 3, channels: inner, stride },
      { kernel: 3, channels: outputs, stride: 1 },
    ];
  }
  const inFirst = strideIn === 'conv1';
  return [
    { kernel: 1, channels: inner, stride: inFirst ? stride : 1 },
    { kernel: 3, channels: inner, stride: inFirst ? 1 : stride, groups },
    { kernel: 1, channels: outputs, stride: 1 },
  ];
}

/** A Relu behind each convolution but the last, whose Relu comes after the sum. */
function branchSteps(path: string, convs: readonly ConvFields[]): readonly Step[] {
  return convs.flatMap((conv, index) => {
    const steps = index < convs.length - 1 ? convNormRelu : convNorm;
    return steps(`${path}/conv${index + 1}`, conv);
  });
}

function shortcutSteps(options: BlockOptions): readonly Step[] {
  const { inputs, outputs: channels, stride, shortcut, projectAlways } = options;
  const path = `${options.path}/shortcut`;
  const fits = stride === 1 && inputs === channels;
  if (fits && (shortcut === 'pad' || !projectAlways)) return [];
  if (shortcut === 'pad') return [{ kind: 'padChannels', path, channels, stride }];
  const projection = (stride: number) => convNorm(path, { channels, kernel: 1, stride });
  if (shortcut !== 'avgpool' || stride === 1) return projection(stride);
  return [{ kind: 'averagePool', path: `${path}/pool`, window: stride }, ...projection(1)];
}

/** relu(branch(x) + shortcut(x)): [N, inputs, H, W] → [N, outputs, H/stride, W/stride]. */
export function blockSteps(options: BlockOptions): readonly Step[] {
  const convs = branchConvs(options);
  const last = `${options.path}/conv${convs.length}`;
  const { outputs, attention } = options;
  const branch = [
    ...branchSteps(options.path, convs),
    ...attentionSteps(`${options.path}/attention`, outputs, attention),
  ];
  return [
    { kind: 'add', path: `${last}/add`, branch, shortcut: shortcutSteps(options) },
    { kind: 'relu', path: `${last}/relu` },
  ];
}
