import { join } from 'node:path';
import * as z from 'zod';
import { groupBy } from '../collections/group-by.ts';
import { farmFiles } from './farm-files.ts';
import { appendValues, readLines } from './json-lines.ts';
import type { SchedulerName, SubmittedTask } from './scheduler.ts';

const lineSchema = z.object({
  time: z.string(),
  on: z.enum(['slurm', 'ssh', 'local']),
  /** What was handed over: ids of tasks begin with that of their array. */
  array: z.string().optional(),
  /** `[number, key]` of each. */
  tasks: z.array(z.tuple([z.string(), z.string()])).optional(),
  /** Ids that were taken back. */
  cancelled: z.array(z.string()).optional(),
});

type Line = z.output<typeof lineSchema>;

/** A task that a scheduler was given. */
export interface LoggedTask extends SubmittedTask {
  readonly on: SchedulerName;
  readonly isCancelled: boolean;
}

const parted = (id: string): readonly [string, string] => {
  const at = id.lastIndexOf('_');
  return [id.slice(0, at), id.slice(at + 1)];
};

async function add(farm: string, lines: readonly Line[]): Promise<void> {
  await appendValues(join(farm, farmFiles.jobs), lines);
}

/** Writes down what was submitted, one line an array. */
export async function logSubmitted(
  farm: string,
  on: SchedulerName,
  tasks: readonly SubmittedTask[],
): Promise<void> {
  const time = new Date().toISOString();
  const arrays = groupBy(tasks, ({ id }) => parted(id)[0]);
  await add(
    farm,
    [...arrays].map(([array, own]) => ({
      time,
      on,
      array,
      tasks: own.map(({ id, key }) => [parted(id)[1], key]),
    })),
  );
}

export async function logCancelled(
  farm: string,
  on: SchedulerName,
  cancelled: readonly string[],
): Promise<void> {
  if (cancelled.length === 0) return;
  await add(farm, [{ time: new Date().toISOString(), on, cancelled: [...cancelled] }]);
}

/** Every task that was submitted, oldest first, each once. */
export async function readJobLog(farm: string): Promise<readonly LoggedTask[]> {
  const lines = await readLines(join(farm, farmFiles.jobs), 'list of jobs', lineSchema);
  const cancelled = new Set(lines.flatMap((line) => line.cancelled ?? []));
  const found = lines.flatMap(({ on, array, tasks = [] }) =>
    tasks.map(([number, key]) => {
      const id = `${array}_${number}`;
      return { key, id, on, isCancelled: cancelled.has(id) };
    }),
  );
  return [...new Map(found.map((task) => [task.id, task])).values()];
}
