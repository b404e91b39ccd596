/** The largest magnitude of a row; NaN or infinity where one of its numbers is, so that no integer hides it. */
export function largestMagnitude(values: Float32Array, start: number, end: number): number {
  let largest = 0;
  let zero = 0;
  for (let i = start; i < end; i++) {
    const value = values[i] as number;
    const magnitude = Math.abs(value);
    if (magnitude > largest) largest = magnitude;
    zero += value * 0;
  }
  return largest + zero;
}
