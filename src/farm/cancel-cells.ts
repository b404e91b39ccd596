import { append } from '../collections/append.ts';
import { groupBy } from '../collections/group-by.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { logCancelled, readJobLog } from './job-log.ts';
import type { OpenedFarm } from './read-farm.ts';
import type { SchedulerRequest } from './scheduler.ts';
import { openScheduler } from './schedulers.ts';

export interface Cancelled {
  readonly ids: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Takes back every task of the farm that waits or runs, also those of cells that have left the plan. Held by the farm's lock. */
export async function cancelCells(
  { farm, site, path }: OpenedFarm,
  { env, signal }: Pick<SchedulerRequest, 'env' | 'signal'>,
): Promise<Cancelled> {
  const ids: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const log = (await readJobLog(path)).filter(({ isCancelled }) => !isCancelled);
  for (const [on, tasks] of groupBy(log, (task) => task.on)) {
    const scheduler = await openScheduler(on, { farm, site, env, signal });
    const alive = await scheduler.alive(tasks.map(({ id }) => id));
    append(diagnostics, alive.diagnostics);
    const held = [...alive.tasks.keys()];
    if (held.length === 0) continue;
    const answer = await scheduler.cancel(held);
    await logCancelled(path, on, answer.cancelled);
    append(ids, answer.cancelled);
    append(diagnostics, answer.diagnostics);
  }
  return { ids, diagnostics };
}
