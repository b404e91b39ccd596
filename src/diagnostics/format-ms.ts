import { formatFigure } from './format-figure.ts';

/** Milliseconds with at least three significant digits: 1.36, 13.55, 0.0820, 131.2, 1312. */
export function formatMs(ms: number): string {
  if (ms >= 999.95) return ms.toFixed(0);
  if (ms >= 99.995) return ms.toFixed(1);
  return ms >= 0.9995 || ms === 0 ? ms.toFixed(2) : formatFigure(ms, 3);
}
