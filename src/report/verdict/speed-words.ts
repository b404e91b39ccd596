import type { SpeedUp } from './speed-up.ts';

/** A ratio is told to a hundredth at best. */
const finest = 0.01;

function digitsFor({ ratio, spread }: SpeedUp): number {
  if (ratio >= 100) return 0;
  return spread !== undefined && spread >= 0.095 ? 1 : 2;
}

/** `1.80 ± 0.05 ×`; without the spread where it is not known. */
export function ratioText(speed: SpeedUp): string {
  const digits = digitsFor(speed);
  const { ratio, spread } = speed;
  const told = spread === undefined ? '' : ` ± ${Math.max(spread, finest).toFixed(digits)}`;
  return `${ratio.toFixed(digits)}${told} ×`;
}

/** The same seen from the other side. */
function inverse({ ratio, spread }: SpeedUp): SpeedUp {
  return { ratio: 1 / ratio, ...(spread === undefined ? {} : { spread: spread / ratio ** 2 }) };
}

/** Whether the runs do not tell which of the two is faster. */
export function isEven({ ratio, spread = 0 }: SpeedUp): boolean {
  return Math.abs(ratio - 1) <= Math.max(spread, finest / 2);
}

/** `1.80 ± 0.05 × faster`, `… slower`, or `as fast (1.01 ± 0.03 ×)`. */
export function speedWords(speed: SpeedUp): string {
  if (isEven(speed)) return `as fast (${ratioText(speed)})`;
  return speed.ratio > 1 ? `${ratioText(speed)} faster` : `${ratioText(inverse(speed))} slower`;
}

/** `1.80 ± 0.05 × faster than X`, or `as fast as X (1.01 ± 0.03 ×)`. */
export function speedPhrase(speed: SpeedUp, other: string): string {
  return isEven(speed)
    ? `as fast as ${other} (${ratioText(speed)})`
    : `${speedWords(speed)} than ${other}`;
}
