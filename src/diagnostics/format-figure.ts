/** Below and from these a figure is told by its power of ten. */
const plainFrom = 1e-3;
const plainTo = 1e6;

/** A figure with so many significant digits, in one form for each size: 0.0013, 7.6e-7, 12. */
export function formatFigure(value: number, digits = 2): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= plainFrom && size < plainTo) || !Number.isFinite(value)) {
    return String(Number(value.toPrecision(digits)));
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  return `${Number(mantissa)}e${Number(exponent)}`;
}
