import { userInfo } from 'node:os';
import { join } from 'node:path';
import { append } from '../../collections/append.ts';
import { groupBy } from '../../collections/group-by.ts';
import { readTextIfThere } from '../../io/open-file.ts';
import type { LiveTask, SubmittedTask } from '../scheduler.ts';
import { type Answer, type Asking, askPatiently } from './ask.ts';
import { jobName, tasksFile } from './sbatch-text.ts';

/** A task of the farm in Slurm's queue. */
export interface QueuedTask extends LiveTask {
  /** `4711_12`. */
  readonly id: string;
  /** Name of its batch. */
  readonly batch: string;
  /** Which of the batch's tasks it is. */
  readonly index: number;
}

/** Job names come last: they may hold anything. */
const format = '%i|%T|%r|%N|%j';

/** Waiting in any of Slurm's words: held, requeued, configured. All else that the queue still shows runs, or has not ended yet. */
const waiting = /^(?:PENDING|REQUEUE\w*|SPECIAL_EXIT|CONFIGURING)$/;

function queuedTask(line: string, prefix: string): readonly QueuedTask[] {
  const [id = '', state = '', reason = '', node = '', ...name] = line.split('|');
  const [, index] = /^\d+_(\d+)$/.exec(id) ?? [];
  const job = name.join('|').trim();
  if (index === undefined || !job.startsWith(prefix)) return [];
  const told = { ...(node ? { node } : {}), ...(/^(?:None|)$/.test(reason) ? {} : { reason }) };
  return [
    {
      id,
      batch: job.slice(prefix.length),
      index: Number(index),
      state: waiting.test(state) ? 'waiting' : 'running',
      ...told,
    },
  ];
}

export interface Queue {
  readonly answer: Answer;
  /** Undefined where Slurm did not answer. */
  readonly tasks: readonly QueuedTask[] | undefined;
}

/** The farm's tasks in the queue. Jobs are found by name: also those whose ids nobody wrote down. */
export async function readQueue(farm: string, asking: Asking): Promise<Queue> {
  const user = userInfo().username;
  const command = ['squeue', '-h', '-r', '-u', user, '-o', format] as const;
  const answer = await askPatiently([...command], asking);
  const prefix = jobName(farm);
  const tasks = answer.ok ? answer.lines.flatMap((line) => queuedTask(line, prefix)) : undefined;
  return { answer, tasks };
}

/** The cells of queued tasks, from the lists of their batches. */
export async function keysOf(
  queued: readonly QueuedTask[],
  directory: string,
): Promise<readonly SubmittedTask[]> {
  const found: SubmittedTask[] = [];
  for (const [batch, tasks] of groupBy(queued, (task) => task.batch)) {
    const text = await readTextIfThere(join(directory, tasksFile(batch)), 'list of tasks');
    const keys = text?.split('\n') ?? [];
    append(
      found,
      tasks.flatMap(({ id, index }) => (keys[index] ? [{ key: keys[index], id }] : [])),
    );
  }
  return found;
}
