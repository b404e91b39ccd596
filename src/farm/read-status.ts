import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { append } from '../collections/append.ts';
import { groupBy } from '../collections/group-by.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type AttemptIndex, indexAttempts } from './attempt-index.ts';
import type { Cell } from './cell.ts';
import {
  type AttemptFacts,
  attemptsOfTask,
  type CellVerdict,
  judgeCell,
  type TaskFacts,
  taskOf,
} from './cell-state.ts';
import { farmFiles } from './farm-files.ts';
import { type LoggedTask, readJobLog } from './job-log.ts';
import type { OpenedFarm } from './read-farm.ts';
import { readResult } from './result.ts';
import type { Liveness, SchedulerName, SchedulerRequest } from './scheduler.ts';
import { openScheduler } from './schedulers.ts';

export interface CellStatus extends CellVerdict {
  readonly cell: Cell;
  /** Oldest first. */
  readonly attempts: readonly AttemptFacts[];
  /** Tasks that a scheduler has, or may have. */
  readonly held: readonly LoggedTask[];
}

export interface FarmStatus {
  readonly cells: readonly CellStatus[];
  readonly index: AttemptIndex;
  readonly diagnostics: readonly Diagnostic[];
}

export type StatusRequest = Pick<SchedulerRequest, 'env' | 'signal'> & {
  /** Called before each attempt that is judged for the first time. */
  readonly onJudge?: (count: number) => void;
};

interface Known {
  readonly cell: Cell;
  readonly tasks: readonly LoggedTask[];
  readonly attempts: readonly AttemptFacts[];
}

/** Tasks of attempts that nobody wrote down: a run was killed after it had submitted them. */
function unwritten(
  key: string,
  attempts: readonly AttemptFacts[],
  logged: readonly LoggedTask[],
  on: SchedulerName,
): readonly LoggedTask[] {
  const ids = new Set(logged.map(({ id }) => id));
  const others = new Set(attempts.map(taskOf).filter((id) => !ids.has(id)));
  return [...others].map((id) => ({ key, id, on, isCancelled: false }));
}

/** What ended by a signal may have been requeued, and what has no end may run; of the others no scheduler needs to be asked. */
function isOpen({ attempts }: Known, { id, isCancelled }: LoggedTask): boolean {
  const last = attemptsOfTask(attempts, id).at(-1)?.state ?? 'lost';
  return last === 'lost' ? true : last === 'timeout' && !isCancelled;
}

const isDone = ({ attempts }: Known): boolean => attempts.some(({ state }) => state === 'done');

type Answers = ReadonlyMap<SchedulerName, Liveness>;

async function askAll(
  asked: readonly LoggedTask[],
  { farm, site }: OpenedFarm,
  { env, signal }: StatusRequest,
): Promise<Answers> {
  const answers = new Map<SchedulerName, Liveness>();
  for (const [on, tasks] of groupBy(asked, (task) => task.on)) {
    const scheduler = await openScheduler(on, { farm, site, env, signal });
    answers.set(on, await scheduler.alive(tasks.map(({ id }) => id)));
  }
  return answers;
}

function factsOf({ id, on, isCancelled }: LoggedTask, answers: Answers): TaskFacts {
  const answer = answers.get(on);
  const live = answer?.tasks.get(id);
  const silent = answer?.unknown.has(id) ? 'unknown' : 'gone';
  return {
    id,
    isCancelled,
    liveness: live?.state ?? silent,
    node: live?.node,
    reason: live?.reason,
  };
}

/** Keys of the cells that were collected. */
async function collectedIn(farm: string): Promise<ReadonlySet<string>> {
  const names = await readdir(join(farm, farmFiles.results)).catch(() => []);
  return new Set(names.map((name) => name.replace(/\.json$/, '')));
}

async function statusOf(
  known: Known,
  answers: Answers,
  { path, collected }: { readonly path: string; readonly collected: ReadonlySet<string> },
): Promise<CellStatus> {
  const { cell, tasks, attempts } = known;
  // What is done by its attempts needs no second witness.
  const isWanted = !isDone(known) && collected.has(cell.key);
  const result = isWanted ? await readResult(path, cell.key) : undefined;
  const facts = tasks.map((task) => factsOf(task, answers));
  const verdict = judgeCell({
    tasks: facts,
    attempts,
    result: result && {
      name: result.attempt,
      state: result.state,
      reason: result.reason,
      node: result.node,
    },
  });
  const held = tasks.filter((_, i) => facts[i]?.liveness !== 'gone');
  return { ...verdict, cell, attempts, held };
}

/** How every cell stands. Of a scheduler that does not answer, a diagnostic; nothing is thrown for it. */
export async function readStatus(opened: OpenedFarm, request: StatusRequest): Promise<FarmStatus> {
  const { path, cells } = opened;
  const log = await readJobLog(path);
  const byKey = groupBy(log, ({ key }) => key);
  const on = log.at(-1)?.on ?? 'slurm';
  const index = await indexAttempts(path, request.onJudge);
  const read = async (cell: Cell): Promise<Known> => {
    const attempts = await index.of(cell.key);
    const logged = byKey.get(cell.key) ?? [];
    return { cell, attempts, tasks: [...unwritten(cell.key, attempts, logged, on), ...logged] };
  };
  const known: Known[] = [];
  for (const cell of cells) known.push(await read(cell));
  const openOf = (one: Known) => one.tasks.filter((task) => isOpen(one, task));
  const asked = known.filter((one) => !isDone(one)).flatMap(openOf);
  const answers = await askAll(asked, opened, request);
  const open = new Set(asked.map(({ key }) => key));
  const collected = await collectedIn(path);
  const found: CellStatus[] = [];
  for (const one of known) {
    // What ended between the first look and the answer has left its files by now.
    const now = open.has(one.cell.key) ? await read(one.cell) : one;
    found.push(await statusOf(now, answers, { path, collected }));
  }
  await index.keep();
  const diagnostics: Diagnostic[] = [];
  for (const answer of answers.values()) append(diagnostics, answer.diagnostics);
  return { cells: found, index, diagnostics };
}
