import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../io/sha256.ts';
import { propertiesOf, specMeant } from '../language/draft.ts';
import { allProperties, type PropertyName, properties } from '../language/properties.ts';
import type { Property } from '../language/property.ts';
import type { Spec } from '../language/spec.ts';
import { type SpecJson, specToJson } from '../language/spec-json.ts';

/** What a spec means, free of the places of files: weights, labels and reference have digests of their own. */
export type SpecMeaning = Omit<SpecJson, 'file' | 'weights' | 'labels' | 'reference'>;

export function meaningOf(spec: Spec): SpecMeaning {
  const {
    file: _file,
    weights: _weights,
    labels: _labels,
    reference: _reference,
    ...meaning
  } = specToJson(spec);
  return meaning;
}

/** Words that came when digests had been given out. */
const laterWords = allProperties.filter(
  (name) => (properties[name] as Pick<Property<unknown>, 'isLater'>).isLater,
);

/** `stem-widths` → `stemWidths`. */
function fieldOf(name: PropertyName): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether a model that does not say the word means the same. */
function isDefault(spec: Spec, name: PropertyName): boolean {
  const { [name]: value, ...others } = propertiesOf(spec);
  return isDeepStrictEqual(value, propertiesOf(specMeant(others))[name]);
}

/**
 * Digest of what a spec means: formatting, comments and where files lie do not count, and a word that came later counts only
 * where it says something: a spec keeps its digest when the language grows.
 */
export function digestSpec(spec: Spec): string {
  const silent = laterWords.filter((name) => isDefault(spec, name)).map(fieldOf);
  const fields = Object.entries(meaningOf(spec)).filter(([field]) => !silent.includes(field));
  return sha256(JSON.stringify(Object.fromEntries(fields)));
}
