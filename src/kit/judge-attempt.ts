import { join } from 'node:path';
import { shellText } from '../../engines/command-text.ts';
import { explainFailure } from '../../engines/tensorrt/logs/failure.ts';
import { readLog } from '../../engines/tensorrt/logs/read-log.ts';
import { append } from '../collections/append.ts';
import { verdictDiagnostics } from '../compile/verdict-diagnostics.ts';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
  fail,
} from '../diagnostics/diagnostic.ts';
import { readBytes } from '../io/open-file.ts';
import { attemptMachine } from './attempt-machine.ts';
import { readAnswers } from './expected.ts';
import { type AttemptSubject, isDone, type JudgedBatch, judgeBatch } from './judge-batch.ts';
import type { AttemptState, JudgedAttempt } from './kit.ts';
import { kitFiles } from './kit-files.ts';
import type { OpenedKit } from './open-kit.ts';
import { type Attempt, type AttemptStep, readAttempt } from './read-attempt.ts';

/** Checks of run.sh, in words. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['trtexec', 'trtexec gave no time for any batch'],
  [
    'trtexec-missing',
    'trtexec was not found on PATH, in TENSORRT_HOME, /usr/src/tensorrt or /opt/tensorrt',
  ],
  ['trtexec-silent', 'what was started as trtexec does not say which release it is'],
  ['release-other', 'the kit is not for the release of TensorRT that is there'],
  ['gpu-other', 'the GPU is another one than the kit is for'],
  ['kit-changed', 'files of the kit were changed on their way'],
  ['disk-full', 'the disk has too little room for the engines'],
]);

/** The kit's plan for what an attempt found; the last one where it came to none. */
function subjectOf(kit: OpenedKit, attempt: Attempt, bytes: Uint8Array): AttemptSubject {
  const { facts, manifest } = kit;
  const number = Number(attempt.environment.get('plan') ?? 0);
  const plan = facts.plans[number - 1] ?? facts.plans.at(-1);
  if (!plan) throw new Error('a kit has a plan');
  const answers = readAnswers(facts.expect, bytes);
  return { attempt, facts, manifest, plan, machine: attemptMachine(attempt, facts), answers };
}

async function explainStep(
  { attempt, facts, machine }: AttemptSubject,
  { status: exitCode, seconds, log }: AttemptStep,
): Promise<Diagnostic> {
  const path = join(attempt.directory, log);
  const { report, tail } = await readLog(path);
  const command = machine.tool.command;
  const ended = {
    command,
    exitCode,
    timedOut: false,
    cancelled: false,
    durationMs: seconds * 1000,
  };
  const engine = attempt.directory;
  const { timeoutS } = facts.intent;
  return explainFailure({ result: { ...ended, tail }, report, log: path, engine, timeoutS });
}

/** What trtexec said where it failed, each once: mostly batches fail alike. */
async function failuresOf(subject: AttemptSubject): Promise<readonly Diagnostic[]> {
  const failed = subject.attempt.steps.filter(({ status }) => status !== 0 && status < 128);
  const killed = subject.attempt.steps.filter(({ status }) => status >= 128);
  const found: Diagnostic[] = [];
  for (const step of [...failed, ...killed]) found.push(await explainStep(subject, step));
  return [...new Map(found.map((each) => [`${each.code} ${each.message}`, each])).values()];
}

interface Outcome {
  readonly batches: readonly JudgedBatch[];
  readonly unreadable: readonly Diagnostic[];
}

/** Judges the batches that came to their end; what cannot be read of one hides none of the others. */
async function judgeBatches(subject: AttemptSubject): Promise<Outcome> {
  const { attempt, facts } = subject;
  const ended = facts.intent.batches.filter(
    (batch) => isDone(attempt, 'time', batch) && isDone(attempt, 'run', batch),
  );
  const batches: JudgedBatch[] = [];
  const unreadable: Diagnostic[] = [];
  for (const batch of ended) {
    try {
      batches.push(await judgeBatch(subject, batch));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(unreadable, error.diagnostics);
    }
  }
  return { batches, unreadable };
}

const isMeasured = ({ measurement, verdict }: JudgedBatch): boolean =>
  measurement !== undefined && verdict.ok;

function stateOf(
  { exit }: Attempt,
  batches: readonly JudgedBatch[],
  missing: readonly number[],
): AttemptState {
  if (!exit) return 'lost';
  if (exit.state === 'timeout' && missing.length > 0) return 'timeout';
  if (missing.length > 0) return batches.some(isMeasured) ? 'partial' : 'failed';
  return batches.some(({ unstable }) => unstable !== undefined) ? 'unstable' : 'done';
}

function reasonOf({ exit }: Attempt, state: AttemptState, batches: readonly JudgedBatch[]): string {
  const without = (text: string): string => text.replace(/\.$/, '');
  if (state === 'unstable') {
    const doubts = batches.flatMap(({ batch, unstable = [] }) =>
      [unstable].flat().map((text) => `batch ${batch}: ${without(text)}`),
    );
    return doubts.join('; ');
  }
  if (state === 'lost') return 'it still runs, or was killed';
  if (state === 'timeout') return `it got SIG${exit?.signal || 'TERM'}`;
  if (batches.some(({ verdict }) => !verdict.ok)) return 'what it computes is wrong';
  return reasons.get(exit?.reason ?? '') ?? 'trtexec did not time them';
}

function stateDiagnostic(
  { attempt }: AttemptSubject,
  kit: OpenedKit,
  {
    state,
    missing,
    batches,
  }: Pick<JudgedAttempt, 'state' | 'missing'> & { batches: readonly JudgedBatch[] },
): readonly Diagnostic[] {
  if (state === 'done') return [];
  const again = shellText(['sh', join(kit.directory, kitFiles.script)]);
  const reason = reasonOf(attempt, state, batches);
  const facts = { attempt: attempt.directory, reason, again };
  return state === 'partial'
    ? [createDiagnostic('attempt-partial', { ...facts, missing })]
    : [createDiagnostic(`attempt-${state}`, facts)];
}

/** Whether trtexec or the GPU calls itself a stand-in. */
function isPretended(batches: readonly JudgedBatch[], { machine }: AttemptSubject): boolean {
  const texts = batches.flatMap(({ measurement }) => measurement?.warnings ?? []);
  return [machine.gpu.name, ...texts].some((text) => /stand-in/i.test(text));
}

function wrongOutputs(
  { manifest, facts }: AttemptSubject,
  batches: readonly JudgedBatch[],
): readonly Diagnostic[] {
  const wrong = batches.find(({ verdict }) => !verdict.ok);
  return wrong ? verdictDiagnostics(manifest.model, facts.expect.against, wrong.verdict) : [];
}

/**
 * Judges what an attempt has left as if rcc had run there: outputs by the verdicts of `rcc verify`, times by spread, throttling and who else was on the GPU.
 * The folder alone decides. Throws DiagnosticError `kit-other` where the attempt is of another kit.
 */
export async function judgeAttempt(kit: OpenedKit, directory: string): Promise<JudgedAttempt> {
  const attempt = await readAttempt(directory);
  const { manifest, facts } = kit;
  const noted = attempt.environment.get('kit');
  if (noted && noted !== facts.digest) {
    fail('kit-other', { attempt: directory, kit: kit.directory });
  }
  const bytes = await readBytes(join(kit.directory, kitFiles.expected), 'expected logits');
  const subject = subjectOf(kit, attempt, bytes);
  const { batches, unreadable } = await judgeBatches(subject);
  const measured = batches.filter(isMeasured).map(({ batch }) => batch);
  const missing = facts.intent.batches.filter((batch) => !measured.includes(batch));
  const state = stateOf(attempt, batches, missing);
  const isStandIn = isPretended(batches, subject);
  const { model, precision } = manifest;
  const provenance = {
    kitKey: facts.key,
    node: attempt.environment.get('host') ?? '',
    ...(isStandIn ? { standIn: true } : {}),
  };
  return {
    directory,
    state,
    model,
    precision,
    measurements: batches.flatMap(({ measurement, verdict, unstable }) => {
      if (!measurement || !verdict.ok) return [];
      const whole = missing.length > 0 ? 'partial' : 'done';
      return [{ model, provenance, ...measurement, state: unstable ? 'unstable' : whole }];
    }),
    missing,
    verdicts: new Map(batches.map(({ batch, verdict }) => [batch, verdict])),
    isStandIn,
    diagnostics: [
      ...(isStandIn ? [createDiagnostic('attempt-stand-in', { attempt: directory })] : []),
      ...(await failuresOf(subject)),
      ...unreadable,
      ...wrongOutputs(subject, batches),
      ...stateDiagnostic(subject, kit, { state, missing, batches }),
    ],
  };
}
