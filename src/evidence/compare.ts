import { isDeepStrictEqual } from 'node:util';
import { propertiesOf } from '../language/draft.ts';
import { printValue } from '../language/print.ts';
import { isProperty, type PropertyName, type PropertyValues } from '../language/properties.ts';
import type { SpecParts } from '../language/property.ts';
import type { Evidence } from './evidence.ts';

/** What a network is, with what its depth stands for spelled out. */
export function spelledOut(network: SpecParts): PropertyValues {
  const { depth: _, ...rest } = network;
  return { ...propertiesOf(network), ...propertiesOf(rest) };
}

/** A property of which a file beside the weights says something else than the network has. */
export interface Contradiction {
  readonly property: PropertyName;
  /** As a .rn file would have it: `classes 37`, `preprocess { resize 256 }`. */
  readonly said: string;
  readonly has: string;
}

function textOf(values: PropertyValues, name: PropertyName): string {
  const [group, field] = name.split('.');
  const value = printValue(values, name);
  return field === undefined ? `${name} ${value}` : `${group} { ${field} ${value} }`;
}

/** What a neighbour tells of a network that has these properties: its values, and those of the network with the parts that it knows better. */
export function toldOf(
  { values, parts = [] }: Pick<Evidence, 'values' | 'parts'>,
  has: PropertyValues,
): PropertyValues {
  const whole = new Map<PropertyName, unknown>();
  for (const { property, kind, part, value } of parts) {
    const own = (whole.get(property) ?? has[property]) as { readonly kind?: string } | undefined;
    if (own?.kind === kind) whole.set(property, { ...own, [part]: value });
  }
  return { ...values, ...Object.fromEntries(whole) };
}

/** Where a neighbour and a network, or as much of one as is known, disagree. */
export function contradictionsOf(
  evidence: Pick<Evidence, 'values' | 'parts'>,
  network: SpecParts,
): readonly Contradiction[] {
  const has = spelledOut(network);
  const values = toldOf(evidence, has);
  return Object.keys(values)
    .filter(isProperty)
    .filter((name) => has[name] !== undefined && !isDeepStrictEqual(values[name], has[name]))
    .map((property) => ({
      property,
      said: textOf(values, property),
      has: textOf(has, property),
    }));
}
