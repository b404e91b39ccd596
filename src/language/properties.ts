import { groupProperties, groups } from './group-properties.ts';
import { networkProperties } from './network-properties.ts';
import type { Property } from './property.ts';

/** Every property that holds a value, in the order in which they are documented and printed; a dot parts group and name. */
export const properties = { ...networkProperties, ...groupProperties } as const;

export { groups };

export type PropertyName = keyof typeof properties;

/** Type of what a property holds. */
export type PropertyValue<N extends PropertyName> =
  (typeof properties)[N] extends Property<infer T> ? T : never;

/** What a model says, by full name. */
export type PropertyValues = { readonly [N in PropertyName]?: PropertyValue<N> };

export type GroupName = keyof typeof groups;

export function isProperty(name: string): name is PropertyName {
  return Object.hasOwn(properties, name);
}

export function isGroupName(name: string): name is GroupName {
  return Object.hasOwn(groups, name);
}

/** Every property that holds a value, by full name. */
export const allProperties = Object.keys(properties).filter(isProperty);

/** The words that may start a property: in a model, or in one of its groups. */
export function wordsIn(group: string | undefined): readonly string[] {
  if (group !== undefined) {
    const prefix = `${group}.`;
    return allProperties
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }
  return [...allProperties.filter((name) => !name.includes('.')), ...Object.keys(groups)];
}

/** Full name of a property from the group it stands in and its word. */
export function qualifiedName(group: string | undefined, word: string): string {
  return group === undefined ? word : `${group}.${word}`;
}
