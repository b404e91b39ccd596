/**
 * How a row's figure stands: `done` it is trusted; `partial` so too, but other batches of its cell are missing; `unstable` it was measured, but throttled,
 * shared or noisy.
 */
export const rowStates = ['done', 'partial', 'unstable'] as const;
export type RowState = (typeof rowStates)[number];

/**
 * Why there is no figure: `planned` nothing was submitted yet, `queued` and `running` it is on its way, `failed` the same input fails again, `timeout` more time
 * was needed, `lost` the attempt ended without a word, `cancelled` somebody ended it, `unknown` nobody can be asked.
 */
export const missingStates = [
  'planned',
  'queued',
  'running',
  'failed',
  'timeout',
  'lost',
  'partial',
  'cancelled',
  'unknown',
] as const;
export type MissingState = (typeof missingStates)[number];
