import type { ParameterRole } from '../parameter-slot.ts';

/** What a spec may write after `weights`. */
export type SchemeName = 'paddleclas' | 'paddleclas-v2' | 'torchvision' | 'timm' | 'cifar';

/** Names of a convolution and of the batch norm behind it, without the last part. */
export interface LayerNames {
  readonly conv: string;
  readonly bn: string;
}

export type BatchNormRole = Extract<ParameterRole, `bn.${string}`>;

/** How a framework names the parameters of these networks: data only. */
export interface NameScheme {
  /** A framework may have several: releases and variants that name differently. */
  readonly name: SchemeName;
  /** What a message calls it. */
  readonly title: string;
  /** Further words by which a spec may ask for it. */
  readonly aliases: readonly SchemeName[];
  /** Names of the stem's layers, by their number. */
  readonly stems: Readonly<Record<number, readonly LayerNames[]>>;
  /** Templates of a block's layers; block-template.ts has the placeholders. */
  readonly layer: LayerNames;
  readonly shortcut: LayerNames;
  readonly head: string;
  /** Last part of the names of a batch norm's parameters. */
  readonly batchNorm: Readonly<Record<BatchNormRole, string>>;
  /** Linear weight: `io` [inputs, classes], `oi` [classes, inputs]. */
  readonly linearLayout: 'io' | 'oi';
  /** What the names of a shortcut say about its stride; absent where they say nothing. */
  readonly shortcutKind?: 'projection' | 'avgpool';
  /** Shortcuts of the framework's networks that have a deep stem, where they all have the same. */
  readonly deepStemShortcut?: 'avgpool';
}
