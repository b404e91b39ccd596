/**
 * What a record itself holds under a key that came from outside. `record[key]` would answer `constructor` and `valueOf` too, with what every object
 * inherits.
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
