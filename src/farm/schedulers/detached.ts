import { append } from '../../collections/append.ts';
import { groupBy } from '../../collections/group-by.ts';
import { ownValue } from '../../collections/own-value.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Batch, batchesOf } from '../batches.ts';
import type {
  Cancellation,
  FarmTask,
  Liveness,
  LiveTask,
  Scheduler,
  SchedulerRequest,
  Submission,
  SubmittedTask,
} from '../scheduler.ts';
import type { SiteHost } from '../site.ts';
import { type Answer, noAnswer } from './ask.ts';
import {
  type NamedRecord,
  newQueueName,
  queueOf,
  readRecords,
  thisHost,
  writeRecord,
} from './queue-records.ts';
import { aliveText, cancelText, startText } from './queue-text.ts';

/** How a machine without a scheduler is reached. */
export interface Reach {
  readonly name: 'ssh' | 'local';
  /** The machines with a GPU class. Throws DiagnosticError where the site names none. */
  hosts(gpu: string): readonly SiteHost[];
  run(host: string, script: string): Promise<Answer>;
  /** Brings kits to a host that does not see the farm; a diagnostic where that fails. */
  send?(host: string, directory: string, keys: readonly string[]): Promise<Diagnostic | undefined>;
  /** Brings the attempts of tasks that have ended from there. */
  fetch?(record: NamedRecord, ended: readonly SubmittedTask[]): Promise<Diagnostic | undefined>;
}

/** What a host said of the queues that it was asked for; undefined where it did not answer. */
interface HostAnswer {
  readonly records: readonly NamedRecord[];
  readonly states?: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Most tasks of one queue: its list travels in the script. */
const mostTasks = 5000;

async function askHost(reach: Reach, records: readonly NamedRecord[]): Promise<HostAnswer> {
  const [{ host, directory }] = records as [NamedRecord];
  if (reach.name === 'local' && host !== thisHost) {
    const other = createDiagnostic('farm-other-host', { host, here: thisHost });
    return { records, diagnostics: [other] };
  }
  const queues = records.map(({ queue }) => queue);
  const answer = await reach.run(host, aliveText(directory, queues));
  if (!answer.ok || answer.lines.at(-1) !== 'answered')
    return { records, diagnostics: [noAnswer(answer)] };
  const states = new Map(answer.lines.map((line) => line.split(' ') as [string, string]));
  return { records, states, diagnostics: [] };
}

function tasksOf({ queue, keys }: NamedRecord): readonly SubmittedTask[] {
  return keys.map((key, index) => ({ key, id: `${queue}_${index}` }));
}

async function askHosts(
  reach: Reach,
  records: readonly NamedRecord[],
): Promise<readonly HostAnswer[]> {
  const hosts = groupBy(records, ({ host, directory }) => JSON.stringify([host, directory]));
  return await Promise.all([...hosts.values()].map((group) => askHost(reach, group)));
}

/** Brings back what ended; a task whose attempt is not here yet is not gone. */
async function fetchEnded(reach: Reach, { records, states }: HostAnswer) {
  const found: Diagnostic[] = [];
  for (const record of states ? records : []) {
    const ended = tasksOf(record).filter(({ id }) => states?.get(id) === 'ended');
    const failure = ended.length > 0 ? await reach.fetch?.(record, ended) : undefined;
    if (failure) found.push(failure);
  }
  return found;
}

async function alive(reach: Reach, farm: string, ids: readonly string[]): Promise<Liveness> {
  const queues = new Set(ids.map(queueOf));
  const records = (await readRecords(farm, reach.name)).filter(({ queue }) => queues.has(queue));
  const tasks = new Map<string, LiveTask>();
  const silent = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const answer of await askHosts(reach, records)) {
    append(diagnostics, answer.diagnostics);
    append(diagnostics, await fetchEnded(reach, answer));
    for (const { host, queue } of answer.records) {
      if (!answer.states) silent.add(queue);
      for (const id of ids.filter((one) => queueOf(one) === queue)) {
        const state = answer.states?.get(id);
        if (state === 'waiting' || state === 'running') tasks.set(id, { state, node: host });
      }
    }
  }
  return { tasks, unknown: new Set(ids.filter((id) => silent.has(queueOf(id)))), diagnostics };
}

/** Tasks that wait or run, or of which nobody can tell: none of them is started again. */
async function queuedTasks(reach: Reach, farm: string) {
  const all = (await readRecords(farm, reach.name)).flatMap(tasksOf);
  const { tasks, unknown, diagnostics } = await alive(
    reach,
    farm,
    all.map(({ id }) => id),
  );
  const queued = all.filter(({ id }) => tasks.has(id) || unknown.has(id));
  return { queued: new Map(queued.map((task) => [task.key, task])), diagnostics };
}

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
