import { append } from '../collections/append.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { batchesOf } from './batches.ts';
import { type Cell, nameOfCell } from './cell.ts';
import { createKitMaker } from './cell-kit.ts';
import { logSubmitted, readJobLog } from './job-log.ts';
import type { KitSetting } from './kit-options.ts';
import type { OpenedFarm } from './read-farm.ts';
import type { CellStatus } from './read-status.ts';
import type { FarmTask, SchedulerName, SchedulerRequest, SubmittedTask } from './scheduler.ts';
import { openScheduler } from './schedulers.ts';

/** Tasks that are handed over at once: their kits are made, then they go. Below Slurm's usual MaxArraySize, so that each is one array. */
const mostTasks = 1000;

/** What decides how cells are handed over. */
export interface SubmitOptions {
  readonly on: SchedulerName;
  readonly jobs?: number | undefined;
  readonly exclusiveNode?: boolean | undefined;
  readonly deadlineHours?: number | undefined;
}

export interface SubmitRequest
  extends SubmitOptions,
    Pick<SchedulerRequest, 'env' | 'signal'>,
    Pick<KitSetting, 'listener'> {
  /** Called before the kit of a cell is made. */
  readonly onKit?: (name: string, count: number, total: number) => void;
}

/** Tasks of cells as a scheduler takes them. */
export function tasksOf(cells: readonly CellStatus[]): readonly FarmTask[] {
  return cells.map(({ cell, timeFactor, excludeNodes }) => ({
    key: cell.key,
    gpu: cell.gpu,
    limitMinutes: cell.limitMinutes * timeFactor,
    image: cell.image,
    excludeNodes,
  }));
}

/** The tasks in the parts in which they are handed over. */
export function partsOf(
  tasks: readonly FarmTask[],
  { site }: OpenedFarm,
): readonly (readonly FarmTask[])[] {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const limits = { tasks: mostTasks, minutes: site.limits.minutes };
  return batchesOf(tasks, limits).map(({ keys }) => keys.flatMap((key) => byKey.get(key) ?? []));
}

export interface Submitted {
  readonly tasks: readonly SubmittedTask[];
  /** Cells that are in the scheduler's hands now. */
  readonly handled: number;
  /** In the queue before, and written down by this run: an earlier one had not come to it. */
  readonly found: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Makes kits; a cell whose kit cannot be had is told and left out. */
async function withKits(
  part: readonly FarmTask[],
  prepare: (key: string) => Promise<void>,
  diagnostics: Diagnostic[],
): Promise<readonly FarmTask[]> {
  const ready: FarmTask[] = [];
  for (const task of part) {
    try {
      await prepare(task.key);
      ready.push(task);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(diagnostics, error.diagnostics);
    }
  }
  return ready;
}

/** Hands cells over, part by part, and writes each part down at once. Held by the farm's lock. */
export async function submitCells(
  opened: OpenedFarm,
  chosen: readonly CellStatus[],
  request: SubmitRequest,
): Promise<Submitted> {
  const { farm, site, path } = opened;
  const { on, jobs, exclusiveNode, deadlineHours, env, signal, listener } = request;
  const options = { farm, site, jobs, exclusiveNode, deadlineHours, env, signal };
  const scheduler = await openScheduler(on, options);
  const kits = createKitMaker(opened, { listener, signal });
  const cells = new Map(chosen.map(({ cell }) => [cell.key, cell]));
  const known = new Set((await readJobLog(path)).map(({ id }) => id));
  const tasks: SubmittedTask[] = [];
  const diagnostics: Diagnostic[] = [];
  let count = 0;
  let found = 0;
  let handled = 0;
  const prepare = async (key: string): Promise<void> => {
    signal?.throwIfAborted();
    const cell = cells.get(key) as Cell;
    count++;
    await kits.prepare(cell, () => request.onKit?.(nameOfCell(cell), count, chosen.length));
  };
  for (const part of partsOf(tasksOf(chosen), opened)) {
    const ready = await withKits(part, prepare, diagnostics);
    if (ready.length === 0) continue;
    const answer = await scheduler.submit(ready);
    const earlier = answer.alreadyThere.filter(({ id }) => !known.has(id));
    await logSubmitted(path, on, [...earlier, ...answer.submitted]);
    append(tasks, answer.submitted);
    append(diagnostics, answer.diagnostics);
    found += earlier.length;
    handled += answer.submitted.length + answer.alreadyThere.length;
    // What one part is refused for, the next is too.
    if (answer.submitted.length + answer.alreadyThere.length < ready.length) break;
  }
  return { tasks, handled, found, diagnostics };
}
