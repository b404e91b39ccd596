import type { Precision } from '../../../codegen/precisions.ts';
import { append } from '../../collections/append.ts';
import type { CompileListener } from '../../compile/phases.ts';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import type { ChosenTarget, PretendedMachine } from '../../targets/target.ts';
import type { CommandContext } from '../command.ts';
import type { ModelOptions } from '../options.ts';
import { idleOptions, precisionsOf } from '../precision-options.ts';
import { listenerFor } from './listener.ts';
import { targetFor } from './target-for.ts';

/** One model in one precision on its target. */
export interface ModelJob {
  readonly spec: Spec;
  readonly precision: Precision;
  readonly target: ChosenTarget;
  readonly listener: CompileListener;
}

export interface JobsRequest<R> {
  readonly specs: readonly Spec[];
  /** Batches that are timed. */
  readonly batches: readonly number[];
  /** See TargetRequest. */
  readonly pretended?: PretendedMachine;
  run(job: ModelJob): Promise<R>;
}

export interface JobsOutcome<R> {
  /** What the jobs gave that went well, in order. */
  readonly results: readonly R[];
  /** What went wrong with the others; with --json also the notes, which people have seen on the way. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The target of each precision asked for. One that is refused hides none of the others; what is missing for all of them is told once. */
async function chooseTargets(
  { batches, pretended = {} }: Pick<JobsRequest<unknown>, 'batches' | 'pretended'>,
  listener: CompileListener,
  options: ModelOptions,
  context: CommandContext,
) {
  const onNote = (note: Diagnostic): void => listener.onNote?.(note);
  const shared = { batches, pretended, machines: new Map(), onNote };
  const targets = new Map<Precision, ChosenTarget>();
  const refusals = new Map<string, Diagnostic>();
  for (const precision of precisionsOf(options)) {
    try {
      targets.set(precision, await targetFor(options, context, { ...shared, precision }));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      for (const refusal of error.diagnostics) refusals.set(refusal.message, refusal);
    }
  }
  return { targets, refusals: [...refusals.values()] };
}

/**
 * Runs each spec in each precision asked for, one after another. Targets are chosen before the first. A job that fails is told and the next goes on,
 * so that one broken file hides no result of the others; an interrupted run ends.
 */
export async function runJobs<R>(
  { specs, run, ...request }: JobsRequest<R>,
  options: ModelOptions,
  context: CommandContext,
): Promise<JobsOutcome<R>> {
  const results: R[] = [];
  const notes: Diagnostic[] = [];
  const failures: Diagnostic[] = [];
  const listener = listenerFor(context, notes);
  const { targets, refusals } = await chooseTargets(request, listener, options, context);
  append(failures, refusals);
  const jobs = specs.flatMap((spec) =>
    [...targets].map(([precision, target]) => ({ spec, precision, target, listener })),
  );
  for (const job of jobs) {
    context.progress.heading(`${job.spec.name} ${job.precision} for ${job.target.reason}`);
    try {
      results.push(await run(job));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(failures, error.diagnostics);
      context.progress.stop();
      if (context.signal.aborted) break;
    }
  }
  return {
    results,
    diagnostics: [...idleOptions(options), ...(context.json ? notes : []), ...failures],
  };
}
