import { append } from '../../collections/append.ts';
import { groupBy } from '../../collections/group-by.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Liveness, LiveTask, SubmittedTask } from '../scheduler.ts';
import type { SiteHost } from '../site.ts';
import { type Answer, noAnswer } from './ask.ts';
import { type NamedRecord, queueOf, readRecords, thisHost } from './queue-records.ts';
import { aliveText } from './queue-text.ts';

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

/** The tasks that a queue was given. */
export function tasksOf({ queue, keys }: NamedRecord): readonly SubmittedTask[] {
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

/** Which of the ids wait or run; what ended is brought back. */
export async function alive(reach: Reach, farm: string, ids: readonly string[]): Promise<Liveness> {
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
export async function queuedTasks(reach: Reach, farm: string) {
  const all = (await readRecords(farm, reach.name)).flatMap(tasksOf);
  const { tasks, unknown, diagnostics } = await alive(
    reach,
    farm,
    all.map(({ id }) => id),
  );
  const queued = all.filter(({ id }) => tasks.has(id) || unknown.has(id));
  return { queued: new Map(queued.map((task) => [task.key, task])), diagnostics };
}
