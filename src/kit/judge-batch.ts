import { join } from 'node:path';
import type { TensorType } from '../../codegen/ir/types.ts';
import type { Verdict } from '../../engines/compare.ts';
import type { Measurement, Tensor } from '../../engines/engine.ts';
import { sliceBatch } from '../../engines/tensor-batch.ts';
import { readLog } from '../../engines/tensorrt/logs/read-log.ts';
import type { TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import { splitArgument } from '../../engines/tensorrt/planning/option-table.ts';
import { type GpuConditions, summarizeStates } from '../../engines/tensorrt/running/clock-watch.ts';
import { judgeTiming } from '../../engines/tensorrt/running/judge-timing.ts';
import { measurementOf } from '../../engines/tensorrt/running/measurement.ts';
import { readOutputs } from '../../engines/tensorrt/running/outputs.ts';
import { greatest } from '../collections/extremes.ts';
import type { Manifest } from '../compile/manifest.ts';
import { type ExpectedAnswer, judgeOutputs } from '../compile/question.ts';
import { pick } from '../compile/unfolded.ts';
import type { KitFacts, KitPlan } from './kit-facts.ts';
import { outputFile } from './kit-files.ts';
import type { Attempt } from './read-attempt.ts';

/** An attempt beside its kit. */
export interface AttemptSubject {
  readonly attempt: Attempt;
  readonly facts: KitFacts;
  readonly manifest: Manifest;
  readonly plan: KitPlan;
  readonly machine: TensorrtMachine;
  /** Float32 [images, classes] of expect-logits.bin. */
  readonly answers: readonly ExpectedAnswer[];
}

/** One batch of an attempt, judged. */
export interface JudgedBatch {
  readonly batch: number;
  readonly measurement: Measurement | undefined;
  readonly verdict: Verdict;
  /** Why the figure is not to be trusted although it was measured, or undefined. */
  readonly unstable: string | undefined;
}

type Command = KitPlan['commands'][number];

export function commandOf({ commands }: KitPlan, kind: Command['kind'], batch: number) {
  return commands.find((command) => command.kind === kind && command.batch === batch);
}

/** Whether a step of this kind ended well. */
export function isDone({ steps }: Attempt, kind: Command['kind'], batch: number): boolean {
  return steps.some((step) => step.kind === kind && step.batch === batch && step.status === 0);
}

function pathOf({ directory }: Attempt, command: Command | undefined, option: string): string {
  const found = command?.arguments.map(splitArgument).find(({ name }) => name === option);
  return join(directory, found?.value ?? '');
}

function conditionsOf({ samples }: Attempt, batch: number): GpuConditions | undefined {
  const own = samples.filter((sample) => sample.batch === batch);
  const during = own.filter(({ phase }) => phase === 'during');
  if (own.length === 0) return undefined;
  return summarizeStates(
    own.map(({ state }) => state),
    during.map(({ state }) => state),
  );
}

/** A GPU that is at work before anything was started is somebody else's. */
const busyPercent = 10;

/** Who else was there, as a sentence; undefined where nobody was seen. */
function sharingOf({ samples }: Attempt, batch: number): string | undefined {
  const own = samples.filter((sample) => sample.batch === batch);
  const idle = own.filter(({ phase }) => phase !== 'during').map(({ processes }) => processes);
  const during = own
    .filter(({ phase }) => phase === 'during')
    .map(({ processes }) => processes - 1);
  const others = greatest([0, ...idle, ...during]);
  if (others > 0) return `${others} other process${others === 1 ? '' : 'es'} computed on the GPU.`;
  const before = samples.find(({ phase }) => phase === 'start')?.state.utilizationPercent ?? 0;
  return before >= busyPercent
    ? `The GPU was busy (${before} %) before anything was started.`
    : undefined;
}

async function verdictOf(
  { attempt, facts, manifest, answers }: AttemptSubject,
  batch: number,
  log: string,
): Promise<Verdict> {
  const outputsOfGraph = manifest.onnx.outputs.map(({ name, dataType, shape }) => ({
    name,
    dataType: dataType as TensorType['dataType'],
    shape,
  }));
  const path = join(attempt.directory, outputFile(batch));
  const outputs = await readOutputs(path, outputsOfGraph, join(attempt.directory, log));
  const images = Math.min(batch, answers[0]?.expected.shape[0] ?? batch);
  const first = (tensor: Tensor): Tensor => sliceBatch(tensor, 0, images);
  const actual = answers.map(({ output }) => first(pick(outputs, output)));
  const expected = answers.map((answer) => ({ ...answer, expected: first(answer.expected) }));
  const { termSize } = facts.expect;
  return judgeOutputs(actual, expected, { precision: manifest.precision, termSize });
}

/** Judges a batch whose steps have all ended well. Throws DiagnosticError where a file of it cannot be read. */
export async function judgeBatch(subject: AttemptSubject, batch: number): Promise<JudgedBatch> {
  const { attempt, facts, plan, machine } = subject;
  const { intent } = facts;
  const time = commandOf(plan, 'time', batch);
  const { report } = await readLog(join(attempt.directory, time?.log ?? ''));
  const { warmUpMs, durationMs, iterations: minIterations } = intent;
  const request = { batch, warmUpMs, durationMs, minIterations };
  const conditions = conditionsOf(attempt, batch);
  const timesPath = pathOf(attempt, time, '--exportTimes');
  const judged = await judgeTiming(intent, request, { report, timesPath, conditions });
  const shared = sharingOf(attempt, batch);
  const warnings = [...(shared ? [shared] : []), ...judged.warnings];
  const run = { ...judged, warnings, stable: judged.stable && shared === undefined };
  const isDoubtful = shared !== undefined || !judged.isSteady || (judged.repeatable && !run.stable);
  return {
    batch,
    measurement: measurementOf({ machine, intent }, run, { runs: 1, request }),
    verdict: await verdictOf(subject, batch, commandOf(plan, 'run', batch)?.log ?? ''),
    unstable: isDoubtful ? warnings[0] : undefined,
  };
}
