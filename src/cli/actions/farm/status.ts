import { setTimeout as sleep } from 'node:timers/promises';
import { createDiagnostic, type Diagnostic } from '../../../diagnostics/diagnostic.ts';
import { withFigures } from '../../../farm/cell-state.ts';
import { type OpenedFarm, openFarm } from '../../../farm/read-farm.ts';
import { type FarmStatus, readStatus } from '../../../farm/read-status.ts';
import type { CommandContext, CommandResult } from '../../command.ts';
import type { FarmStatusCommandOptions } from '../../commands/farm/status.ts';
import { cellData, cellsTable, countsOf, headLine, statesTable, verdictsOf } from './farm-texts.ts';

/** How every cell stands now; what is judged for the first time is shown, for it may take long. */
export async function statusNow(
  path: string,
  context: CommandContext,
): Promise<FarmStatus & { readonly farm: OpenedFarm }> {
  return await statusOf(await openFarm(path), context);
}

/** The same of a farm that was read, or planned, just now. */
export async function statusOf(
  farm: OpenedFarm,
  { env, signal, progress }: CommandContext,
): Promise<FarmStatus & { readonly farm: OpenedFarm }> {
  const startedMs = performance.now();
  let judged = 0;
  const onJudge = (count: number): void => {
    if (judged === 0) progress.start('judge');
    judged = count;
    progress.update(`${count} attempts`);
  };
  const status = await readStatus(farm, { env, signal, onJudge });
  const what = `${judged} ${judged === 1 ? 'attempt' : 'attempts'}`;
  if (judged > 0) progress.finish('judge', what, performance.now() - startedMs);
  return { ...status, farm };
}

/** Cells whose figures a stand-in invented. */
export function standInWarning({ cells, index }: FarmStatus): readonly Diagnostic[] {
  const count = cells.filter(
    ({ cell, state, attempt = '' }) =>
      withFigures.has(state) && index.judgement(cell.key, attempt)?.isStandIn,
  ).length;
  return count > 0 ? [createDiagnostic('farm-stand-in', { count })] : [];
}

function isSettled({ cells }: FarmStatus): boolean {
  return cells.every(({ state }) => !['running', 'queued', 'unknown'].includes(state));
}

async function watch(path: string, interval: number, context: CommandContext) {
  let status = await statusNow(path, context);
  let told = '';
  while (!isSettled(status)) {
    const line = headLine(status.cells, path);
    if (line !== told) context.progress.note(line);
    told = line;
    await sleep(interval * 1000, undefined, { signal: context.signal });
    status = await statusNow(path, context);
  }
  return status;
}

/** `rcc farm status`: every cell's state, by its files first, and the next step. */
export async function showStatus(
  path: string,
  { watch: isWatched, interval }: FarmStatusCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const status = isWatched ? await watch(path, interval, context) : await statusNow(path, context);
  const { cells, diagnostics } = status;
  const list = cellsTable(cells, path);
  return {
    text: [headLine(cells, path), '', statesTable(cells, path), ...(list ? ['', list] : [])],
    data: { farm: path, counts: countsOf(cells), cells: cells.map((one) => cellData(one, path)) },
    diagnostics: [...diagnostics, ...standInWarning(status), ...verdictsOf(cells, path)],
  };
}
