import type { Precision } from '../../../codegen/precisions.ts';
import type { Target } from '../../../engines/target.ts';
import { calibrationRefusal } from '../../compile/calibration-needed.ts';
import type { ModelOptions } from '../../compile/model-options.ts';
import type { CompileListener } from '../../compile/phases.ts';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';
import { engineCacheFor } from '../../engine-cache/place.ts';
import type { Spec } from '../../language/spec.ts';
import { chooseTarget } from '../../targets/choose-target.ts';
import { readTargetIntent } from '../../targets/target-options.ts';
import type { CommandContext } from '../command.ts';
import type { ModelCommandOptions } from '../options.ts';
import { graphOptionsOf, idleOptions, precisionsOf } from '../precision-options.ts';
import { targetTextsOf } from '../target-options.ts';
import { listenerFor } from './listener.ts';

/** What a command does with the models that its options ask for. */
export interface ModelsRequest {
  /** What engines are to do on this machine, in a word; absent: they are built only, or nothing is. */
  readonly doing?: string;
  readonly isPlan?: boolean | undefined;
  /** Batch that the graph fixes. */
  readonly batch?: number | undefined;
  /** Batches that were asked for. */
  readonly batches?: readonly number[] | undefined;
}

export interface Models {
  /** A model for each precision whose target is to be had. */
  readonly models: readonly ModelOptions[];
  /** Options without effect. */
  readonly warnings: readonly Diagnostic[];
  /** Why the others are not to be had; what is missing for all of them is told once. */
  readonly refusals: readonly Diagnostic[];
}

/** The models that a command line asks for, one a precision. Throws DiagnosticError where an option has a value that cannot be. */
export async function modelsFor(
  options: ModelCommandOptions,
  { env, signal }: CommandContext,
  listener: CompileListener,
  { doing, isPlan, batch, batches }: ModelsRequest,
): Promise<Models> {
  const { target: name, weights, weightsKey, seed } = options;
  const { intent, warnings } = await readTargetIntent(name, targetTextsOf({ ...options }));
  const onNote = (note: Diagnostic): void => listener.onNote?.(note);
  const sizes = batch === undefined ? batches : [batch];
  const request = { env, doing, isPlan: isPlan === true, batches: sizes, found: new Map(), onNote };
  const graph = graphOptionsOf(options);
  const engineCache = engineCacheFor(env, options.engineCache);
  const models: ModelOptions[] = [];
  const refusals = new Map<string, Diagnostic>();
  const choose = (precision: Precision): Promise<Target> =>
    chooseTarget(intent, { ...request, precision });
  for (const precision of precisionsOf(options)) {
    try {
      const target = await choose(precision);
      models.push({
        ...graph,
        target,
        weights,
        weightsKey,
        seed,
        batch,
        batches,
        engineCache,
        listener,
        signal,
      });
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      for (const refusal of error.diagnostics) refusals.set(refusal.message, refusal);
    }
  }
  const idle = [...idleOptions(options), ...warnings];
  return { models, warnings: idle, refusals: [...refusals.values()] };
}

export interface JobsRequest<R> extends ModelsRequest {
  readonly specs: readonly Spec[];
  /** Where the models run, in a few words; default: as the target says. */
  readonly place?: string | undefined;
  run(spec: Spec, model: ModelOptions): Promise<R>;
}

export interface JobsOutcome<R> {
  /** What the jobs gave that went well, in order. */
  readonly results: readonly R[];
  /** What went wrong with the others; for a program also the notes, which people have seen on the way. */
  readonly diagnostics: readonly Diagnostic[];
  /** Those that went wrong. */
  readonly failures: readonly FailedJob[];
}

export interface FailedJob {
  readonly spec: Spec;
  readonly precision: Precision;
  readonly diagnostics: readonly Diagnostic[];
}

/** One spec in one precision. */
interface Job {
  readonly spec: Spec;
  readonly model: ModelOptions;
}

/** Throws DiagnosticError where a job cannot end well whatever its files hold: nobody waits for the others to be told so. */
function refuseHopeless(jobs: readonly Job[]): void {
  const told = new Map<string, Diagnostic>();
  for (const { spec, model } of jobs) {
    const refusal = calibrationRefusal(spec, model);
    // INT8 and FP8 lack the same.
    if (refusal) told.set(refusal.message, refusal);
  }
  if (told.size > 0) throw new DiagnosticError([...told.values()]);
}

/** A job that went wrong, in a line: the whole is told at the end. */
function describeFailure({ spec, precision, diagnostics }: FailedJob): string {
  const codes = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return `${spec.name} ${precision}: ${[...new Set(codes)].join(', ')}, told at the end`;
}

/**
 * Runs each spec in each precision asked for, one after another. Targets are chosen before the first. A job that fails is told in its place and the next
 * goes on, so that one broken file hides no result of the others; an interrupted run ends. Throws DiagnosticError before the first where what one needs was
 * not given.
 */
export async function runJobs<R>(
  { specs, run, place, ...request }: JobsRequest<R>,
  options: ModelCommandOptions,
  context: CommandContext,
): Promise<JobsOutcome<R>> {
  const results: R[] = [];
  const notes: Diagnostic[] = [];
  const reasons = new Set<string>();
  const failures: FailedJob[] = [];
  const listener = listenerFor(context, notes);
  const { models, warnings, refusals } = await modelsFor(options, context, listener, request);
  const jobs = specs.flatMap((spec) => models.map((model): Job => ({ spec, model })));
  refuseHopeless(jobs);
  for (const { spec, model } of jobs) {
    const { precision, name, reason } = model.target;
    // Why it is this target is told once.
    const where = place ?? `for ${reasons.has(reason) ? name : reason}`;
    reasons.add(reason);
    context.progress.heading(`${spec.name} ${precision} ${where}`);
    try {
      results.push(await run(spec, model));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      const failed = { spec, precision, diagnostics: error.diagnostics };
      failures.push(failed);
      context.progress.stop();
      if (context.signal.aborted) break;
      context.progress.fail(describeFailure(failed));
    }
  }
  return {
    results,
    diagnostics: [
      ...warnings,
      ...(context.keepsNotes ? notes : []),
      ...refusals,
      ...failures.flatMap(({ diagnostics }) => diagnostics),
    ],
    failures,
  };
}
