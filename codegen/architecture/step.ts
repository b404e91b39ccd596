/** What each kind of step needs beside its path. Sides and input channels are those of the value that comes to it. */
interface StepFields {
  /** Convolution without bias, with "same" padding for odd kernels. */
  readonly conv: { readonly channels: number; readonly kernel: number; readonly stride: number };
  /** Batch norm. */
  readonly norm: unknown;
  readonly relu: unknown;
  /** Pads by half the window on each side. */
  readonly maxPool: { readonly window: number; readonly stride: number };
  /** Windows side by side; at a side that they do not divide, the last averages the pixels that exist. */
  readonly averagePool: { readonly window: number };
  /** Every stride-th pixel, and zero channels before and after. */
  readonly padChannels: { readonly channels: number; readonly stride: number };
  /** branch(x) + shortcut(x); no steps: x itself. */
  readonly add: { readonly branch: readonly Step[]; readonly shortcut: readonly Step[] };
  readonly globalPool: unknown;
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
export function convNorm(
  path: string,
  conv: { readonly channels: number; readonly kernel: number; readonly stride: number },
): readonly Step[] {
  return [
    { kind: 'conv', path, ...conv },
    { kind: 'norm', path: `${path}/bn` },
  ];
}

/** The same with a Relu behind it. */
export function convNormRelu(...conv: Parameters<typeof convNorm>): readonly Step[] {
  return [...convNorm(...conv), { kind: 'relu', path: `${conv[0]}/relu` }];
}
