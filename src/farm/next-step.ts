import { shellText } from '../../engines/command-text.ts';
import type { CellState, CellVerdict } from './cell-state.ts';

/** Whether time, or `rcc farm run`, may still bring a figure. */
export function isUnfinished({ state, isOpen }: Pick<CellVerdict, 'state' | 'isOpen'>): boolean {
  return isOpen || ['running', 'queued', 'unknown'].includes(state);
}

const command = (farm: string, ...words: readonly string[]): string =>
  shellText(['rcc', 'farm', words[0] ?? '', farm, ...words.slice(1)]);

/** What `rcc farm run` does about a cell by itself. */
const again: Readonly<Partial<Record<CellState, string>>> = {
  lost: 'again, and not where it was lost twice',
  timeout: 'once more, with twice the limit',
  unstable: 'again; an attempt that is steady counts',
};

/** What to do about cells in a state; undefined: nothing but wait. */
export function nextStep(
  { state, isOpen }: Pick<CellVerdict, 'state' | 'isOpen'>,
  farm: string,
): string | undefined {
  if (state === 'done') return command(farm, 'collect');
  if (state === 'running' || state === 'queued') return undefined;
  if (state === 'unknown') return 'nothing is lost; look again when the scheduler answers';
  if (isOpen) return [command(farm, 'run'), again[state]].filter(Boolean).join(': ');
  const retry = command(farm, 'retry', '--only', state);
  return state === 'failed' ? `cure what is told, then ${retry}` : retry;
}
