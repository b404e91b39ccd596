import type { SchemeName } from '../../../src/language/name-schemes.ts';
import type { MultiPath } from '../../../src/language/spec.ts';
import type { ParameterRole } from '../parameter-slot.ts';
import type { StridedShortcut } from '../weights-file.ts';

export type { SchemeName } from '../../../src/language/name-schemes.ts';

/** Kinds of layers that have parameters, by what their roles begin with. */
export type LayerKind = ParameterRole extends `${infer Kind}.${string}` ? Kind : never;

/** How a framework stores the weight of a convolution that it computes as another layer: `linear`, without kernel; `conv1d`, without columns. */
export type Storage = 'linear' | 'conv1d';

/** What the framework calls the layer at a path; both are templates (template.ts), the name without its last part. */
export interface LayerRule {
  readonly kind: LayerKind;
  readonly path: string;
  readonly name: string;
  readonly stored?: Storage | undefined;
  /** Whether a convolution has a bias; default: none, as a batch norm follows. */
  readonly hasBias?: true | undefined;
}

/** What a framework's own networks of more than one path compute and no file tells. */
export type PathHabits = Pick<Extract<MultiPath, { kind: 'res2net' }>, 'start' | 'padding'> &
  Pick<Extract<MultiPath, { kind: 'resnest' }>, 'divisor' | 'bias'>;

export type BatchNormRole = Extract<ParameterRole, `bn.${string}`>;

/** How a framework names the parameters of these networks: data only. */
export interface NameScheme {
  /** A framework may have several: releases and variants that name differently. */
  readonly name: SchemeName;
  /** What a message calls it. */
  readonly title: string;
  /** Further words by which a spec may ask for it. */
  readonly aliases: readonly SchemeName[];
  /** Names of the stem's layers, by the number of its convolutions. */
  readonly stems: Readonly<Record<number, readonly LayerRule[]>>;
  /** Names of all other layers. */
  readonly layers: readonly LayerRule[];
  /** Last part of the names of a batch norm's parameters. */
  readonly batchNorm: Readonly<Record<BatchNormRole, string>>;
  readonly paths: PathHabits;
  /** Linear weight: `io` [inputs, classes], `oi` [classes, inputs]. */
  readonly linearLayout: 'io' | 'oi';
  /** What the names of a shortcut say about its stride; absent where they say nothing. */
  readonly shortcutKind?: StridedShortcut;
  /** Shortcuts of the framework's networks that have a deep stem, where they all have the same. */
  readonly deepStemShortcut?: 'avgpool';
}
