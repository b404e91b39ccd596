/** Sums of the first i terms, for every i up to `count`. */
export function runningSums(count: number, term: (index: number) => number): Float64Array {
  const sums = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) sums[i + 1] = (sums[i] as number) + term(i);
  return sums;
}
