import type { HeadPool } from '../../src/language/spec.ts';

export interface ConvFields {
  readonly channels: number;
  /** Height and width, or both. */
  readonly kernel: number | readonly [number, number];
  readonly stride: number;
  /** Default: 1. */
  readonly groups?: number | undefined;
  /** Default: 1. */
  readonly dilation?: number | undefined;
  /** Default: false, as a batch norm follows. */
  readonly bias?: boolean | undefined;
}

/** What each kind of step needs beside its path. Sides and input channels are those of the value that comes to it. */
interface StepFields {
  /** Convolution with "same" padding for odd kernels. */
  readonly conv: ConvFields;
  /** Batch norm, or the norm that the network has; `always`: that one, whatever it has. */
  readonly norm: { readonly always?: 'batch' };
  readonly relu: unknown;
  readonly sigmoid: unknown;
  /** Pads by half the window on each side. */
  readonly maxPool: { readonly window: number; readonly stride: number };
  /** Windows side by side; at a side that they do not divide, the last averages the pixels that exist. */
  readonly averagePool: { readonly window: number };
  /** Windows with a stride and zeros before and behind; whether those count in a mean. */
  readonly averageWindow: {
    readonly window: number;
    readonly stride: number;
    readonly pads: readonly [before: number, behind: number];
    readonly counted: boolean;
  };
  /** A 3×3 binomial filter of stride 2 behind a mirrored border, each channel for itself. */
  readonly blur: unknown;
  /** The channels cut into as many parts as there are branches; what those make stands side by side. Where `chained`, all but the first and last add what the one before made. */
  readonly parts: {
    readonly branches: readonly (readonly Step[])[];
    readonly chained: boolean;
  };
  /** The parts of x by channels, weighed against each other by what `weights` make of their sum; its channels are parts of each group in turn. */
  readonly weighParts: {
    readonly count: number;
    readonly groups: number;
    readonly weights: readonly Step[];
  };
  /** What several branches make of x, or of its parts, one behind the other. */
  readonly beside: {
    readonly branches: readonly (readonly Step[])[];
    readonly reads: 'whole' | 'parts';
  };
  /** The mean of each channel: [N, C, H, W] → [N, C, 1, 1]. */
  readonly averageAll: unknown;
  /** Channels and rows change places: [N, C, H, W] → [N, H, C, W]. */
  readonly swapChannels: unknown;
  /** Every stride-th pixel, and zero channels before and after. */
  readonly padChannels: { readonly channels: number; readonly stride: number };
  /** branch(x) + shortcut(x); no steps: x itself. */
  readonly add: { readonly branch: readonly Step[]; readonly shortcut: readonly Step[] };
  /** x · weights(x), which have one number a channel. */
  readonly scale: { readonly weights: readonly Step[] };
  readonly globalPool: { readonly how: HeadPool };
  readonly flatten: unknown;
  readonly linear: { readonly channels: number };
  readonly softmax: unknown;
}

export type StepKind = keyof StepFields;

/**
 * One operation of a network. Its path names its node, its output and, with the parameter's role, its parameters:
 * `stem/conv1`, `stage1/block0/conv1/bn`, `stage2/block0/shortcut/pool`, `head/fc`.
 */
export type Step<Kind extends StepKind = StepKind> = {
  readonly [K in Kind]: { readonly kind: K; readonly path: string } & StepFields[K];
}[Kind];

/** A convolution and its batch norm, which stands below its path. */
export function convNorm(path: string, conv: ConvFields): readonly Step[] {
  return [
    { kind: 'conv', path, ...conv },
    { kind: 'norm', path: `${path}/bn` },
  ];
}

/** The same with a Relu behind it. */
export function convNormRelu(...conv: Parameters<typeof convNorm>): readonly Step[] {
  return [...convNorm(...conv), { kind: 'relu', path: `${conv[0]}/relu` }];
}
