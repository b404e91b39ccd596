/** `<0.01 s`, `0.12 s`, `3.4 s`, `2 min 5 s`. */
export function formatElapsed(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  const whole = Math.round(seconds);
  if (whole >= 60) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (seconds < 0.005) return '<0.01 s';
  return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
}
