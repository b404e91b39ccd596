import type { LayerPlace, ParameterRole, ParameterSlot } from '../parameter-slot.ts';
import { type BlockFields, compileTemplate, fillTemplate } from './block-template.ts';

/** What a spec may write after `weights`. */
export type SchemeName = 'paddleclas' | 'paddleclas-v2' | 'torchvision' | 'timm' | 'cifar';

/** Names of a convolution and of the batch norm behind it, without the last part. */
export interface LayerNames {
  readonly conv: string;
  readonly bn: string;
}

type BatchNormRole = Extract<ParameterRole, `bn.${string}`>;

/** How a framework names the parameters of these networks: data only. */
export interface NameScheme {
  readonly name: SchemeName;
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
}

/** Where a name stands, as far as it tells. */
export type NamedPlace =
  | { readonly kind: 'stem'; readonly index: number }
  | ({ readonly kind: 'block'; readonly isShortcut: boolean } & BlockFields)
  | { readonly kind: 'head' };

export interface NamedParameter {
  readonly place: NamedPlace;
  readonly role: ParameterRole;
}

function layerNames(scheme: NameScheme, place: LayerPlace): LayerNames | undefined {
  if (place.kind === 'stem') return scheme.stems[place.count]?.[place.index];
  if (place.kind === 'head') return undefined;
  const { conv, bn } = place.layer === 'shortcut' ? scheme.shortcut : scheme.layer;
  return { conv: fillTemplate(conv, place), bn: fillTemplate(bn, place) };
}

/** Name of a parameter under a scheme; undefined where the scheme has no such layer (a stem of two convolutions). */
export function nameOf(scheme: NameScheme, { place, role }: ParameterSlot): string | undefined {
  if (role === 'linear.weight') return `${scheme.head}.weight`;
  if (role === 'linear.bias') return `${scheme.head}.bias`;
  const names = layerNames(scheme, place);
  if (!names) return undefined;
  return role === 'conv.weight' ? `${names.conv}.weight` : `${names.bn}.${scheme.batchNorm[role]}`;
}

/** Last part of a name → role, for what stands before it. */
type Suffixes = ReadonlyMap<string, ParameterRole>;

const convSuffixes: Suffixes = new Map([['weight', 'conv.weight']]);
const headSuffixes: Suffixes = new Map([
  ['weight', 'linear.weight'],
  ['bias', 'linear.bias'],
]);

function batchNormSuffixes({ batchNorm }: NameScheme): Suffixes {
  const roles = ['bn.scale', 'bn.bias', 'bn.mean', 'bn.var'] as const;
  return new Map(roles.map((role) => [batchNorm[role], role]));
}

interface LayerPattern {
  readonly suffixes: Suffixes;
  /** The place that a layer's name stands for. */
  match(layer: string): NamedPlace | undefined;
}

function fixedLayer(name: string, place: NamedPlace, suffixes: Suffixes): LayerPattern {
  return { suffixes, match: (layer) => (layer === name ? place : undefined) };
}

function blockLayer(template: string, isShortcut: boolean, suffixes: Suffixes): LayerPattern {
  const read = compileTemplate(template);
  return {
    suffixes,
    match(layer) {
      const fields = read(layer);
      return fields && { kind: 'block', isShortcut, ...fields };
    },
  };
}

function layerPatterns(scheme: NameScheme): LayerPattern[] {
  const bnSuffixes = batchNormSuffixes(scheme);
  const stems = Object.values(scheme.stems).flatMap((layers) =>
    layers.flatMap(({ conv, bn }, index) => [
      fixedLayer(conv, { kind: 'stem', index }, convSuffixes),
      fixedLayer(bn, { kind: 'stem', index }, bnSuffixes),
    ]),
  );
  const { layer, shortcut } = scheme;
  return [
    blockLayer(layer.conv, false, convSuffixes),
    blockLayer(layer.bn, false, bnSuffixes),
    blockLayer(shortcut.conv, true, convSuffixes),
    blockLayer(shortcut.bn, true, bnSuffixes),
    fixedLayer(scheme.head, { kind: 'head' }, headSuffixes),
    ...stems,
  ];
}

export type ParseName = (name: string) => NamedParameter | undefined;

/** The scheme backwards: from a name in a file to the place of the parameter. */
export function createNameParser(scheme: NameScheme): ParseName {
  const patterns = layerPatterns(scheme);
  return (name) => {
    const dot = name.lastIndexOf('.');
    const layer = name.slice(0, Math.max(0, dot));
    const suffix = name.slice(dot + 1);
    for (const { suffixes, match } of patterns) {
      const role = suffixes.get(suffix);
      const place = role && match(layer);
      if (place) return { place, role };
    }
    return undefined;
  };
}
