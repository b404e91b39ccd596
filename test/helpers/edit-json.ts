/** Where a value stands in JSON: keys and indices from the outside. */
export type JsonPath = readonly (string | number)[];

/** The places of all values in a value, its own first. */
export function pathsOf(value: unknown, path: JsonPath = []): readonly JsonPath[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

/** The value with another one in that place. */
export function replaceAt(value: unknown, path: JsonPath, replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((inner, i) => (i === key ? replaceAt(inner, rest, replacement) : inner));
  const entries = Object.entries(value as object).map(([name, inner]) => [
    name,
    name === key ? replaceAt(inner, rest, replacement) : inner,
  ]);
  return Object.fromEntries(entries);
}
