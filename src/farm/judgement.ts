import { join } from 'node:path';
import * as z from 'zod';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { judgeAttempt } from '../kit/judge-attempt.ts';
import { attemptStates, type JudgedAttempt } from '../kit/kit.ts';
import { readKit } from '../kit/open-kit.ts';
import { readAttempt } from '../kit/read-attempt.ts';
import { attemptFolder, farmFiles, kitFolder } from './farm-files.ts';
import { appendValues, readLines } from './json-lines.ts';

const judgementSchema = z.object({
  key: z.string(),
  attempt: z.string(),
  state: z.enum(attemptStates),
  /** Why it is not done. */
  reason: z.string().optional(),
  /** As the scheduler names it, where it does; else the machine's own name. */
  node: z.string().optional(),
  /** Seconds of each build that was made, not taken from an earlier attempt. */
  buildsS: z.array(z.number()).optional(),
  /** Median of each batch. */
  latencyMs: z.array(z.tuple([z.number(), z.number()])).optional(),
  isStandIn: z.boolean().optional(),
});

/** What was found in an attempt that has ended. */
export type Judgement = Readonly<z.output<typeof judgementSchema>>;

export const judgementId = (key: string, attempt: string): string => `${key}/${attempt}`;

export async function readJudgements(farm: string): Promise<ReadonlyMap<string, Judgement>> {
  const path = join(farm, farmFiles.judgements);
  const lines = await readLines(path, 'judgements of attempts', judgementSchema);
  return new Map(lines.map((each) => [judgementId(each.key, each.attempt), each]));
}

export async function keepJudgements(farm: string, found: readonly Judgement[]): Promise<void> {
  await appendValues(join(farm, farmFiles.judgements), found);
}

function reasonOf({ state, diagnostics }: JudgedAttempt): string | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  // What trtexec said stands before what became of the attempt.
  return state === 'done' ? undefined : errors[0]?.message;
}

/** Where an attempt ran. */
export function nodeOf(environment: ReadonlyMap<string, string>): string | undefined {
  return environment.get('node') || environment.get('host') || undefined;
}

/** What is so whenever it is looked at: such a judgement is kept. */
const lasting: ReadonlySet<string> = new Set(['kit-other', 'attempt-unreadable']);

export interface Judging {
  readonly judgement: Judgement;
  /** Whether it would be the same another time. */
  readonly isLasting: boolean;
}

async function judgementOf(farm: string, key: string, attempt: string): Promise<Judgement> {
  const directory = attemptFolder(farm, key, attempt);
  const judged = await judgeAttempt(await readKit(kitFolder(farm, key)), directory);
  const { environment, steps } = await readAttempt(directory);
  const builds = steps.filter(
    ({ kind, status, seconds }) => kind === 'build' && status === 0 && seconds > 0,
  );
  return {
    key,
    attempt,
    state: judged.state,
    reason: reasonOf(judged),
    node: nodeOf(environment),
    buildsS: builds.map(({ seconds }) => seconds),
    latencyMs: judged.measurements.map(({ batch, latency }) => [batch, latency.medianMs]),
    isStandIn: judged.isStandIn,
  };
}

/** Judges an attempt that has ended; what cannot be judged has failed. */
export async function judge(farm: string, key: string, attempt: string): Promise<Judging> {
  try {
    return { judgement: await judgementOf(farm, key, attempt), isLasting: true };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const [first] = error.diagnostics;
    const judgement = { key, attempt, state: 'failed' as const, reason: first?.message };
    return { judgement, isLasting: first !== undefined && lasting.has(first.code) };
  }
}
