import type { LayerPlace, ParameterRole, ParameterSlot } from '../parameter-slot.ts';
import { type BlockFields, type BlockTemplate, compileTemplate } from './block-template.ts';
import type { NameScheme } from './scheme.ts';

/** Where a name stands, as far as it tells. */
export type NamedPlace =
  | { readonly kind: 'stem'; readonly index: number }
  | ({ readonly kind: 'block'; readonly isShortcut: boolean } & BlockFields)
  | { readonly kind: 'head' };

export interface NamedParameter {
  readonly place: NamedPlace;
  readonly role: ParameterRole;
}

/** A name scheme at work, in both directions. */
export interface Naming {
  readonly scheme: NameScheme;
  /** Name of a parameter; undefined where the scheme has no such layer (a stem of two convolutions). */
  nameOf(slot: ParameterSlot): string | undefined;
  /** Place and role of a name; undefined where it is none of the scheme's. */
  parse(name: string): NamedParameter | undefined;
}

/** A kind of layer: what may stand behind its name, and the place that its name stands for. */
interface LayerPattern {
  readonly roles: ReadonlyMap<string, ParameterRole>;
  match(layer: string): NamedPlace | undefined;
}

const convRoles: LayerPattern['roles'] = new Map([['weight', 'conv.weight']]);
const headRoles: LayerPattern['roles'] = new Map([
  ['weight', 'linear.weight'],
  ['bias', 'linear.bias'],
]);

function batchNormRoles({ batchNorm }: NameScheme): LayerPattern['roles'] {
  const roles = ['bn.scale', 'bn.bias', 'bn.mean', 'bn.var'] as const;
  return new Map(roles.map((role) => [batchNorm[role], role]));
}

function fixedLayer(name: string, place: NamedPlace, roles: LayerPattern['roles']): LayerPattern {
  return { roles, match: (layer) => (layer === name ? place : undefined) };
}

function blockLayer(
  { read }: BlockTemplate,
  isShortcut: boolean,
  roles: LayerPattern['roles'],
): LayerPattern {
  return {
    roles,
    match(layer) {
      const fields = read(layer);
      return fields && { kind: 'block', isShortcut, ...fields };
    },
  };
}

interface LayerTemplates {
  readonly conv: BlockTemplate;
  readonly bn: BlockTemplate;
}

function layerPatterns(
  scheme: NameScheme,
  layer: LayerTemplates,
  shortcut: LayerTemplates,
): LayerPattern[] {
  const bnRoles = batchNormRoles(scheme);
  const stems = Object.values(scheme.stems).flatMap((layers) =>
    layers.flatMap(({ conv, bn }, index) => [
      fixedLayer(conv, { kind: 'stem', index }, convRoles),
      fixedLayer(bn, { kind: 'stem', index }, bnRoles),
    ]),
  );
  return [
    blockLayer(layer.conv, false, convRoles),
    blockLayer(layer.bn, false, bnRoles),
    blockLayer(shortcut.conv, true, convRoles),
    blockLayer(shortcut.bn, true, bnRoles),
    fixedLayer(scheme.head, { kind: 'head' }, headRoles),
    ...stems,
  ];
}

function parserOf(patterns: readonly LayerPattern[]): Naming['parse'] {
  return (name) => {
    const dot = name.lastIndexOf('.');
    const layer = name.slice(0, Math.max(0, dot));
    const suffix = name.slice(dot + 1);
    for (const { roles, match } of patterns) {
      const role = roles.get(suffix);
      const place = role && match(layer);
      if (place) return { place, role };
    }
    return undefined;
  };
}

function compileLayer({ conv, bn }: NameScheme['layer']): LayerTemplates {
  return { conv: compileTemplate(conv), bn: compileTemplate(bn) };
}

export function createNaming(scheme: NameScheme): Naming {
  const layer = compileLayer(scheme.layer);
  const shortcut = compileLayer(scheme.shortcut);
  const layerName = (place: LayerPlace, part: 'conv' | 'bn'): string | undefined => {
    if (place.kind === 'stem') return scheme.stems[place.count]?.[place.index]?.[part];
    if (place.kind === 'head') return scheme.head;
    return (place.layer === 'shortcut' ? shortcut : layer)[part].write(place);
  };
  return {
    scheme,
    nameOf({ place, role }) {
      if (role === 'linear.weight' || role === 'conv.weight') {
        const name = layerName(place, 'conv');
        return name && `${name}.weight`;
      }
      if (role === 'linear.bias') return `${scheme.head}.bias`;
      const name = layerName(place, 'bn');
      return name && `${name}.${scheme.batchNorm[role]}`;
    },
    parse: parserOf(layerPatterns(scheme, layer, shortcut)),
  };
}
