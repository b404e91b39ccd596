/*
 * `Math.max(...numbers)` puts each number on the stack, which a list of some hundred thousand overflows. These go through any list.
 */

/** The greatest of the numbers; −Infinity of none, NaN where one is NaN. */
export function greatest(numbers: Iterable<number>): number {
  let found = Number.NEGATIVE_INFINITY;
  for (const number of numbers) found = Math.max(found, number);
  return found;
}

/** The least of the numbers; Infinity of none, NaN where one is NaN. */
export function least(numbers: Iterable<number>): number {
  let found = Number.POSITIVE_INFINITY;
  for (const number of numbers) found = Math.min(found, number);
  return found;
}
