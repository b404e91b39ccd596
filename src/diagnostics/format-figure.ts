/** Below and from these a figure is told by its power of ten. */
const plainFrom = 1e-3;
const plainTo = 1e6;

/** A figure with so many significant digits, in one form for each size: 0.0013, 7.0e-7, 12, 0.50. Zeros at its end belong to them. */
export function formatFigure(value: number, digits = 2): string {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(value)) return String(value);
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  if (size < plainFrom || size >= plainTo) return `${mantissa}e${Number(exponent)}`;
  return Number(`${mantissa}e${exponent}`).toFixed(Math.max(0, digits - 1 - Number(exponent)));
}
