import { withoutWrappers } from './wrapper-parts.ts';

/** What a prefix is called on the command line: without the dot at its end. */
export function keyOf(prefix: string): string {
  return prefix.replace(/\.$/, '');
}

/** Whether names behind this prefix are under the key. */
export function isUnder(prefix: string, key: string): boolean {
  const own = `${withoutWrappers(keyOf(key))}.`;
  return prefix.startsWith(own) || withoutWrappers(prefix).startsWith(own);
}

/** Keys one or two levels down that hold more than one tensor, in the file's order: what a message lists. */
export function keysOf(names: Iterable<string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const [first, second, third] = name.split('.', 3);
    const keys = [second && first, third && `${first}.${second}`];
    for (const key of keys) if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].flatMap(([key, count]) => (count > 1 ? [key] : []));
}
