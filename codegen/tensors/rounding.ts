/** Adding and taking away 1.5 · 2^52 leaves a double with whole numbers only, rounded half to even. */
const wholeNumbers = 1.5 * 2 ** 52;

/** The nearest whole number, a half to the even one: as QuantizeLinear, Python and cvRound round. For |value| up to 2^51. */
export function roundHalfEven(value: number): number {
  return value + wholeNumbers - wholeNumbers;
}
