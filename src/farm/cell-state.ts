import type { AttemptState } from '../kit/kit.ts';

/**
 * How a cell stands: `planned` it was not submitted, or taken back; `queued` and `running` by the scheduler's word; `unknown` it was submitted and nobody
 * can tell whether it still runs; the others by the files of its attempts.
 */
export const cellStates = [
  'done',
  'running',
  'queued',
  'planned',
  'unknown',
  'lost',
  'timeout',
  'failed',
  'partial',
  'unstable',
] as const;
export type CellState = (typeof cellStates)[number];

/** Each in a few words. */
export const statePhrases: Readonly<Record<CellState, string>> = {
  done: 'all batches are timed and verified',
  running: 'it runs',
  queued: 'it waits',
  planned: 'it was not submitted',
  unknown: 'nobody can tell whether it still runs',
  lost: 'its job ended without a word',
  timeout: 'it needed more time',
  failed: 'the same would fail again',
  partial: 'some batches are timed',
  unstable: 'the times are not steady',
};

/** An attempt as its files tell. */
export interface AttemptFacts {
  /** `<task>.<restart>`. */
  readonly name: string;
  /** `lost`: it has no exit.json. */
  readonly state: AttemptState;
  readonly reason?: string | undefined;
  readonly node?: string | undefined;
}

/** A task as the scheduler tells. */
export interface TaskFacts {
  readonly id: string;
  readonly liveness: 'waiting' | 'running' | 'gone' | 'unknown';
  readonly isCancelled: boolean;
  readonly node?: string | undefined;
  /** Why it waits. */
  readonly reason?: string | undefined;
}

/** Everything that decides a cell's state. */
export interface CellFacts {
  /** Oldest first. */
  readonly tasks: readonly TaskFacts[];
  readonly attempts: readonly AttemptFacts[];
  /** What was collected before, which stays when the attempt's folder is gone. */
  readonly result?: AttemptFacts | undefined;
}

/** What a cell is, and what is known of why. */
export interface CellVerdict {
  readonly state: CellState;
  readonly attempt?: string | undefined;
  readonly reason?: string | undefined;
  readonly node?: string | undefined;
  /** Whether `rcc farm run` submits it (again). */
  readonly isOpen: boolean;
  /** Its limit is multiplied by this. */
  readonly timeFactor: number;
  /** Nodes that have lost it twice. */
  readonly excludeNodes: readonly string[];
}

/** So often a cell is tried by itself; after that a person decides. */
const most = { lost: 4, timeout: 2, unstable: 3 } as const;

export function taskOf({ name }: Pick<AttemptFacts, 'name'>): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}

function restartOf({ name }: AttemptFacts): number {
  return Number(name.slice(name.lastIndexOf('.') + 1));
}

/** The attempts of a task, the last restart last. */
export function attemptsOfTask(
  attempts: readonly AttemptFacts[],
  id: string,
): readonly AttemptFacts[] {
  return attempts
    .filter((attempt) => taskOf(attempt) === id)
    .toSorted((a, b) => restartOf(a) - restartOf(b));
}

/** States whose figures are kept. */
export const withFigures: ReadonlySet<string> = new Set([
  'done',
  'unstable',
  'partial',
] satisfies AttemptState[]);

/** Whether a task that nobody can be asked about has come to its end. */
function hasEnded({ liveness }: TaskFacts, last: AttemptFacts | undefined): boolean {
  return (
    liveness === 'gone' || (liveness === 'unknown' && last !== undefined && last.state !== 'lost')
  );
}

/** Where a task stands: it is alive, nobody can tell, or it has come to its end. */
function standing(task: TaskFacts, last: AttemptFacts | undefined): 'live' | 'silent' | 'ended' {
  if (task.liveness === 'running' || task.liveness === 'waiting') return 'live';
  return hasEnded(task, last) ? 'ended' : 'silent';
}

/** What a task came to: its last attempt, and earlier ones that have figures. One that is gone and left nothing was lost; one that was taken back counts for its figures alone. */
function endingsOf(task: TaskFacts, own: readonly AttemptFacts[]): readonly AttemptFacts[] {
  const hasFigures = ({ state }: AttemptFacts): boolean => withFigures.has(state);
  const last = own.at(-1);
  const before = own.slice(0, -1).filter(hasFigures);
  if (standing(task, last) !== 'ended') return before;
  const counted = last ?? { name: `${task.id}.0`, state: 'lost', reason: 'it left nothing' };
  return [...before, ...(!task.isCancelled || hasFigures(counted) ? [counted] : [])];
}

/** What all tasks came to, oldest first; what was collected stands for the attempt that it is of. */
function endings({ tasks, attempts, result }: CellFacts): readonly AttemptFacts[] {
  const found = tasks.flatMap((task) => endingsOf(task, attemptsOfTask(attempts, task.id)));
  if (!result || attempts.some(({ name }) => name === result.name)) return found;
  return [result, ...found.filter(({ name }) => name !== result.name)];
}

/** Nodes that have lost as many tasks as make it no chance. */
function losingNodes(ended: readonly AttemptFacts[]): readonly string[] {
  const nodes = ended.flatMap(({ state, node }) => (state === 'lost' && node ? [node] : []));
  return [...new Set(nodes.filter((node) => nodes.filter((one) => one === node).length >= 2))];
}

const order: readonly AttemptState[] = ['done', 'unstable', 'partial'];

/** The attempt that tells what a cell is: the last of the best that has figures, else the last. */
function telling(ended: readonly AttemptFacts[]): AttemptFacts | undefined {
  for (const state of order) {
    const found = ended.findLast((attempt) => attempt.state === state);
    if (found) return found;
  }
  return ended.at(-1);
}

function isTriedAgain(state: AttemptState, ended: readonly AttemptFacts[]): boolean {
  const limit = new Map<AttemptState, number>(Object.entries(most) as [AttemptState, number][]);
  return ended.filter((attempt) => attempt.state === state).length < (limit.get(state) ?? 0);
}

/** The tasks that have not come to their end, the last of each kind. */
function unfinished({ tasks, attempts }: CellFacts) {
  const standingOf = (task: TaskFacts) => standing(task, attemptsOfTask(attempts, task.id).at(-1));
  return {
    live: tasks.findLast((task) => standingOf(task) === 'live'),
    silent: tasks.findLast((task) => standingOf(task) === 'silent'),
  };
}

/** The state of a cell, by the table of docs/fleet.md. The files of its attempts decide; the scheduler is asked only for what has not ended by them. */
export function judgeCell(facts: CellFacts): CellVerdict {
  const ended = endings(facts);
  const { live, silent } = unfinished(facts);
  const timeouts = ended.filter(({ state }) => state === 'timeout').length;
  const shared = { timeFactor: 2 ** Math.min(timeouts, 6), excludeNodes: losingNodes(ended) };
  const best = telling(ended);
  if (best?.state === 'done')
    return { ...shared, state: 'done', attempt: best.name, node: best.node, isOpen: false };
  if (live) {
    const state = live.liveness === 'running' ? 'running' : 'queued';
    return { ...shared, state, reason: live.reason, node: live.node, isOpen: false };
  }
  if (silent) return { ...shared, state: 'unknown', isOpen: false };
  if (!best) return { ...shared, state: 'planned', isOpen: true };
  const { state, name, reason, node } = best;
  return { ...shared, state, attempt: name, reason, node, isOpen: isTriedAgain(state, ended) };
}
