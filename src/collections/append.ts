/** Puts items behind those of a list. `list.push(...items)` puts each on the stack, which a long list overflows. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
