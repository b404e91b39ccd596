import { formatFigure } from './format-figure.ts';

/** Milliseconds with three significant digits or two decimals, whichever says more: 1.36, 13.55, 0.082, 131.2. */
export function formatMs(ms: number): string {
  if (ms >= 100) return ms.toFixed(1);
  return ms >= 0.995 || ms === 0 ? ms.toFixed(2) : formatFigure(ms, 3);
}
