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

/** Where a neighbour and a network, or as much of one as is known, disagree. */
export function contradictionsOf(
  { values }: Evidence,
  network: SpecParts,
): readonly Contradiction[] {
  const has = spelledOut(network);
  return Object.keys(values)
    .filter(isProperty)
    .filter((name) => has[name] !== undefined && !isDeepStrictEqual(values[name], has[name]))
    .map((property) => ({
      property,
      said: textOf(values, property),
      has: textOf(has, property),
    }));
}
