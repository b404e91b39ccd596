import { type PropertyName, properties } from '../language/properties.ts';
import type { ValueType } from '../language/values/value-type.ts';

/** A property's type, whatever it holds. */
export function typeOf(name: PropertyName): Omit<ValueType<never>, 'read' | 'print'> {
  return properties[name].type;
}

/** The words that may come next behind what is written of a property's value. */
export function wordsAfter(name: PropertyName, written: readonly string[]): readonly string[] {
  const type = typeOf(name);
  if (type.wordsAfter) return type.wordsAfter(written);
  return written.length === 0 ? type.words : [];
}
