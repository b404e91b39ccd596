/** What is told of two vectors of one length. */

/** Cosine of two vectors: 1 for two of zeros, 0 where one is of zeros. */
export function cosineOf(a: Float64Array, b: Float64Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa === 0 && bb === 0) return 1;
  return aa === 0 || bb === 0 ? 0 : dot / (Math.sqrt(aa) * Math.sqrt(bb));
}

/** Root mean square of the differences over that of the expected values; 0 for two of zeros. */
export function relativeErrorOf(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [differences, values] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    differences += ((actual[i] as number) - value) ** 2;
    values += value ** 2;
  }
  return differences === 0 ? 0 : Math.sqrt(differences / values);
}
