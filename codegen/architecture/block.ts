import type { BlockKind, ShortcutKind } from '../../src/language/spec.ts';
import { convNorm, convNormRelu, type Step } from './step.ts';

export interface BlockOptions {
  /** `stage1/block0`. */
  readonly path: string;
  readonly kind: BlockKind;
  /** Channels that come. */
  readonly inputs: number;
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

function branchConvs(options: BlockOptions): readonly BranchConv[] {
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

/** A Relu behind each convolution but the last, whose Relu comes after the sum. */
function branchSteps(path: string, convs: readonly BranchConv[]): readonly Step[] {
  return convs.flatMap((conv, index) => {
    const steps = index < convs.length - 1 ? convNormRelu : convNorm;
    return steps(`${path}/conv${index + 1}`, conv);
  });
}

function shortcutSteps(options: BlockOptions): readonly Step[] {
  const { inputs, width, expansion, stride, shortcut, projectAlways } = options;
  const path = `${options.path}/shortcut`;
  const channels = width * expansion;
  const fits = stride === 1 && inputs === channels;
  if (fits && (shortcut === 'pad' || !projectAlways)) return [];
  if (shortcut === 'pad') return [{ kind: 'padChannels', path, channels, stride }];
  const projection = (stride: number) => convNorm(path, { channels, kernel: 1, stride });
  if (shortcut !== 'avgpool' || stride === 1) return projection(stride);
  return [{ kind: 'averagePool', path: `${path}/pool`, window: stride }, ...projection(1)];
}

/** relu(branch(x) + shortcut(x)): [N, inputs, H, W] → [N, width × expansion, H/stride, W/stride]. */
export function blockSteps(options: BlockOptions): readonly Step[] {
  const convs = branchConvs(options);
  const last = `${options.path}/conv${convs.length}`;
  const branch = branchSteps(options.path, convs);
  return [
    { kind: 'add', path: `${last}/add`, branch, shortcut: shortcutSteps(options) },
    { kind: 'relu', path: `${last}/relu` },
  ];
}
