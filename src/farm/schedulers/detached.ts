import { append } from '../../collections/append.ts';
import { groupBy } from '../../collections/group-by.ts';
import { ownValue } from '../../collections/own-value.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Batch, batchesOf } from '../batches.ts';
import type {
  Cancellation,
  FarmTask,
  Scheduler,
  SchedulerRequest,
  Submission,
  SubmittedTask,
} from '../scheduler.ts';
import type { SiteHost } from '../site.ts';
import { noAnswer } from './ask.ts';
import { alive, queuedTasks, type Reach, tasksOf } from './detached-alive.ts';
import { newQueueName, queueOf, readRecords, writeRecord } from './queue-records.ts';
import { cancelText, startText } from './queue-text.ts';

/** Most tasks of one queue: its list travels in the script. */
const mostTasks = 5000;

/** Gives each host every so-manieth task of a batch. */
function dealt(batch: Batch, hosts: readonly SiteHost[]): readonly (readonly [SiteHost, Batch])[] {
  const usable = hosts.filter(({ host }) => !batch.excludeNodes.includes(host));
  const taking = usable.length > 0 ? usable : hosts;
  return taking
    .map((host, nth) => {
      const keys = batch.keys.filter((_, index) => index % taking.length === nth);
      return [host, { ...batch, keys }] as const;
    })
    .filter(([, { keys }]) => keys.length > 0);
}

async function startQueue(
  reach: Reach,
  { host, devices, directory }: SiteHost,
  batch: Batch,
  request: SchedulerRequest,
) {
  const { farm, site } = request;
  const at = directory ?? farm.directory;
  const failure = directory && (await reach.send?.(host, directory, batch.keys));
  if (failure) return { failure };
  const record = {
    queue: newQueueName(host),
    on: reach.name,
    host,
    directory: at,
    keys: batch.keys,
  };
  // Known before it runs: a queue that was started and not heard of is asked for, too.
  await writeRecord(farm.directory, { ...record, keys: [...record.keys] });
  const jobs = request.jobs ?? devices?.length ?? 1;
  const workers = devices?.slice(0, jobs) ?? Array.from({ length: jobs }, () => undefined);
  const given = ownValue(site.gpus, batch.gpu);
  const text = { directory: at, queue: record.queue, batch, site, given, devices: workers };
  const answer = await reach.run(host, startText(text));
  if (!answer.ok) return { failure: noAnswer(answer, 'submit-refused') };
  return { submitted: tasksOf({ ...record, keys: [...record.keys] }) };
}

async function submit(
  reach: Reach,
  tasks: readonly FarmTask[],
  request: SchedulerRequest,
): Promise<Submission> {
  const { queued, diagnostics: warnings } = await queuedTasks(reach, request.farm.directory);
  const alreadyThere = tasks.flatMap(({ key }) => queued.get(key) ?? []);
  const fresh = tasks.filter(({ key }) => !queued.has(key));
  const submitted: SubmittedTask[] = [];
  const diagnostics = [...warnings];
  const limits = { tasks: mostTasks, minutes: request.site.limits.minutes };
  const parts = batchesOf(fresh, limits).flatMap((batch) => dealt(batch, reach.hosts(batch.gpu)));
  for (const [host, batch] of parts) {
    const { submitted: done, failure } = await startQueue(reach, host, batch, request);
    if (done) append(submitted, done);
    if (failure) diagnostics.push(failure);
  }
  return { submitted, alreadyThere, diagnostics };
}

async function cancel(reach: Reach, farm: string, ids: readonly string[]): Promise<Cancellation> {
  const queues = groupBy(ids, queueOf);
  const records = (await readRecords(farm, reach.name)).filter(({ queue }) => queues.has(queue));
  const cancelled: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { queue, host, directory } of records) {
    const answer = await reach.run(host, cancelText(directory, queues.get(queue) ?? []));
    append(
      cancelled,
      answer.lines.filter((line) => line !== 'answered'),
    );
    if (!answer.ok) diagnostics.push(noAnswer(answer));
  }
  return { cancelled, diagnostics };
}

/** Queues of tasks on machines that have no scheduler. */
export function detachedScheduler(reach: Reach, request: SchedulerRequest): Scheduler {
  const farm = request.farm.directory;
  return {
    name: reach.name,
    submit: (tasks) => submit(reach, tasks, request),
    alive: (ids) => alive(reach, farm, ids),
    cancel: (ids) => cancel(reach, farm, ids),
  };
}
