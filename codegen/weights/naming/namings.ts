import { greatest } from '../../../src/collections/extremes.ts';
import { nameSchemes, type SchemeName } from '../../../src/language/name-schemes.ts';
import { createNaming, type Naming } from './naming.ts';
import { schemes } from './schemes.ts';

/** Every scheme at work. Where two fit equally, the first is taken. */
export const namings: readonly Naming[] = schemes.map(createNaming);

export function isSchemeName(name: string): name is SchemeName {
  return nameSchemes.some((known) => known === name);
}

/** Whether the scheme is one of those that a spec asks for. */
export function answersTo({ scheme }: Naming, pinned: SchemeName | undefined): boolean {
  return !pinned || scheme.name === pinned || scheme.aliases.includes(pinned);
}

function indexForms(): ReadonlyMap<string, readonly Naming[]> {
  const index = new Map<string, Naming[]>();
  for (const naming of namings) {
    for (const form of naming.forms) index.set(form, [...(index.get(form) ?? []), naming]);
  }
  return index;
}

/** The schemes that may parse a name, by its form (template.ts). */
export const namingsByForm = indexForms();

/** Parts of the longest name that a scheme has: a prefix is what stands before so many. */
export const mostParts = greatest([...namingsByForm.keys()].map((form) => form.split('.').length));
