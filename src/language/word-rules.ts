import { isProperty, properties, qualifiedName, wordsIn } from './properties.ts';

/**
 * Whether a word belongs to the property before it, rather than starting the next one.
 * `before` is that property's name and the values it has already; empty in a list, where no property's name may stand.
 */
export function takesWord(
  group: string | undefined,
  before: readonly string[],
  word: string,
): boolean {
  const starts = wordsIn(group).includes(word) || wordsIn(undefined).includes(word);
  const [name, ...values] = before;
  if (name === undefined) return !starts;
  const fullName = qualifiedName(group, name);
  const type = isProperty(fullName) ? properties[fullName].type : undefined;
  const last = values.at(-1);
  const followers = type?.followers ?? [];
  if (followers.includes(word) && last !== undefined) return !values.includes(word);
  if (last !== undefined && last !== type?.prefix && !followers.includes(last)) return false;
  return type?.words.includes(word) === true || !starts;
}
