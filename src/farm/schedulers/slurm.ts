import { join } from 'node:path';
import { append } from '../../collections/append.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import { whileWriting } from '../../io/file-failure.ts';
import { makeFolders } from '../../io/made-folders.ts';
import { type Batch, batchesOf, onAnyNode } from '../batches.ts';
import { requireClasses } from '../require-classes.ts';
import type {
  Cancellation,
  FarmTask,
  Liveness,
  Scheduler,
  SchedulerRequest,
  Submission,
  SubmittedTask,
} from '../scheduler.ts';
import { writeWhole } from '../write-whole.ts';
import { ask, askPatiently, noAnswer } from './ask.ts';
import { batchFolder, logFolder, sbatchFile, sbatchText, tasksFile } from './sbatch-text.ts';
import { keysOf, readQueue } from './slurm-queue.ts';

/** Ids on one command line of scancel. */
const mostIds = 500;

/** Slurm's own default, where it does not say; the greatest index is one less. */
const usualArraySize = 1001;

/** What sbatch says where no node could ever take a job. Nothing was submitted then, which other failures leave open. */
const noNode = /node configuration is not available/i;

/** Hands one batch over. Its list is written first, so that its tasks find their cells whenever they start. */
async function submitBatch(batch: Batch, request: SchedulerRequest) {
  const { directory } = request.farm;
  await writeWhole(join(directory, tasksFile(batch.name)), `${batch.keys.join('\n')}\n`);
  await writeWhole(join(directory, sbatchFile(batch.name)), sbatchText(batch, request));
  const answer = await ask(['sbatch', '--parsable', sbatchFile(batch.name)], request, {
    cwd: directory,
  });
  const [id] = /^\d+/.exec(answer.lines.at(-1) ?? '') ?? [];
  if (!answer.ok || id === undefined) {
    const hasNoNode = answer.result.tail.some((line) => noNode.test(line));
    return { refusal: noAnswer(answer, 'submit-refused'), hasNoNode };
  }
  return { submitted: batch.keys.map((key, index) => ({ key, id: `${id}_${index}` })) };
}

/** Hands a batch over; one that no node is left for goes anywhere, for a node that has lost a cell is better than none. */
async function submitSomewhere(batch: Batch, request: SchedulerRequest, notes: Diagnostic[]) {
  const first = await submitBatch(batch, request);
  const { gpu, excludeNodes: nodes } = batch;
  if (!first.hasNoNode || nodes.length === 0) return first;
  const second = await submitBatch(onAnyNode(batch), request);
  if (second.submitted) notes.push(createDiagnostic('nodes-not-excluded', { gpu, nodes }));
  return second;
}

async function submitFresh(
  tasks: readonly FarmTask[],
  alreadyThere: readonly SubmittedTask[],
  request: SchedulerRequest,
): Promise<Submission> {
  const config = await askPatiently(['scontrol', 'show', 'config'], request);
  const none = { submitted: [], alreadyThere };
  if (!config.ok) return { ...none, diagnostics: [noAnswer(config)] };
  const size = /MaxArraySize\s*=\s*(\d+)/.exec(config.lines.join('\n'))?.[1] ?? usualArraySize;
  const { limits } = request.site;
  const submitted: SubmittedTask[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const batch of batchesOf(tasks, { tasks: Number(size) - 1, minutes: limits.minutes })) {
    const { submitted: done, refusal } = await submitSomewhere(batch, request, diagnostics);
    // What one array is refused for, the next is too: a limit of jobs, an account, a controller that is gone.
    if (refusal) return { submitted, alreadyThere, diagnostics: [...diagnostics, refusal] };
    append(submitted, done);
  }
  return { submitted, alreadyThere, diagnostics };
}

async function submit(tasks: readonly FarmTask[], request: SchedulerRequest): Promise<Submission> {
  requireClasses(tasks, request.site);
  const { directory, name } = request.farm;
  for (const folder of [batchFolder, logFolder])
    await whileWriting(directory, () => makeFolders(join(directory, folder)));
  const queue = await readQueue(name, request);
  if (!queue.tasks)
    return { submitted: [], alreadyThere: [], diagnostics: [noAnswer(queue.answer)] };
  const queued = new Map((await keysOf(queue.tasks, directory)).map((task) => [task.key, task]));
  const alreadyThere = tasks.flatMap(({ key }) => queued.get(key) ?? []);
  const fresh = tasks.filter(({ key }) => !queued.has(key));
  if (fresh.length === 0) return { submitted: [], alreadyThere, diagnostics: [] };
  return await submitFresh(fresh, alreadyThere, request);
}

async function alive(ids: readonly string[], request: SchedulerRequest): Promise<Liveness> {
  const { answer, tasks } = await readQueue(request.farm.name, request);
  if (!tasks) return { tasks: new Map(), unknown: new Set(ids), diagnostics: [noAnswer(answer)] };
  const asked = new Set(ids);
  const found = tasks.filter(({ id }) => asked.has(id));
  return {
    tasks: new Map(found.map(({ id, batch: _, index: __, ...task }) => [id, task])),
    unknown: new Set(),
    diagnostics: [],
  };
}

async function cancel(ids: readonly string[], request: SchedulerRequest): Promise<Cancellation> {
  const cancelled: string[] = [];
  for (let start = 0; start < ids.length; start += mostIds) {
    const slice = ids.slice(start, start + mostIds);
    const answer = await ask(['scancel', ...slice], request);
    // A task that has ended, or was never there, is one that does not run.
    const gone = answer.result.tail.every((line) => /Invalid job id|already/i.test(line));
    if (answer.ok || (gone && answer.result.tail.length > 0)) append(cancelled, slice);
    else return { cancelled, diagnostics: [noAnswer(answer)] };
  }
  return { cancelled, diagnostics: [] };
}

/** Arrays of Slurm. */
export function slurmScheduler(request: SchedulerRequest): Scheduler {
  return {
    name: 'slurm',
    submit: (tasks) => submit(tasks, request),
    alive: (ids) => alive(ids, request),
    cancel: (ids) => cancel(ids, request),
  };
}
