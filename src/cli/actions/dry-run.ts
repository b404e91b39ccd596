import { shellText } from '../../../engines/command-text.ts';
import type { GraphFlavour } from '../../../engines/tensorrt/planning/precision-recipes.ts';
import { append } from '../../collections/append.ts';
import { type DryRun, type DryRunCommand, dryRunSpec } from '../../compile/dry-run.ts';
import { firstImpression } from '../../compile/timing.ts';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompileCommandOptions } from '../commands/compile.ts';
import { networkOptionsOf, timingOf } from '../options.ts';
import { idleOptions, precisionOptionsOf, precisionsOf } from '../precision-options.ts';
import type { ModelJob } from './run-jobs.ts';
import { targetFor } from './target-for.ts';

const graphWords: Readonly<Record<GraphFlavour, string>> = {
  fp32: 'an FP32 graph',
  'typed-fp16': 'a typed FP16 graph',
  'int8-qdq': 'an INT8 graph with quantisers',
};

function titleOf({ model, precision, reason, tensorrt }: DryRun): string {
  if (!tensorrt) return `${model} ${precision} for ${reason}`;
  const { release, gpu, graph } = tensorrt;
  const machine = `TensorRT ${release} on ${gpu.name} (compute capability ${gpu.computeCapability})`;
  return `${model} ${precision} for ${machine}, from ${graphWords[graph]}`;
}

const commandTitles: Readonly<Record<DryRunCommand['kind'], string>> = {
  build: 'build',
  time: 'time',
  profile: 'time the layers of',
  run: 'run',
};

function commandLines({ kind, batch, command }: DryRunCommand): readonly string[] {
  const what = batch === undefined ? 'the engine' : `batch ${batch}`;
  return ['', `# ${commandTitles[kind]} ${what}`, shellText(command)];
}

/** Comments and commands: what is printed is a shell script, to be run where model.onnx lies. */
function describe(run: DryRun): string {
  const { commands, cacheKey, files, notes, directory } = run;
  const names = files.map(({ path }) => path.replace(`${directory}/`, ''));
  return [
    `# ${titleOf(run)}`,
    ...notes.map(({ severity, message }) => `# ${severity}: ${message}`),
    ...(cacheKey ? [`# cache key ${cacheKey}`] : []),
    `# ${directory}: ${names.join(', ')}`,
    ...commands.flatMap(commandLines),
  ].join('\n');
}

type Planned = Pick<ModelJob, 'spec' | 'precision'>;

export interface DryRunRequest {
  readonly specs: readonly Spec[];
  /** Batches that would be timed. */
  readonly batches: readonly number[];
  directoryOf(job: Planned): string;
}

/** `rcc compile --dry-run`: what each compilation would do; one that is refused hides none of the others. */
export async function dryRunSpecs(
  { specs, batches, directoryOf }: DryRunRequest,
  options: CompileCommandOptions,
  context: CommandContext,
) {
  const { trt, gpu } = options;
  const pretended = {
    ...(trt === undefined ? {} : { release: trt }),
    ...(gpu === undefined ? {} : { gpu }),
  };
  const plan = async (job: Planned): Promise<DryRun> =>
    dryRunSpec(job.spec, {
      precision: job.precision,
      directory: directoryOf(job),
      target: await targetFor(options, context, { precision: job.precision, batches, pretended }),
      timing: timingOf(options, firstImpression),
      timed: options.time,
      ...networkOptionsOf(options),
      ...precisionOptionsOf(options),
      ...(options.batch === undefined ? {} : { batch: options.batch }),
    });
  const runs: DryRun[] = [];
  const refusals: Diagnostic[] = [];
  const jobs = specs.flatMap((spec) =>
    precisionsOf(options).map((precision) => ({ spec, precision })),
  );
  for (const job of jobs) {
    try {
      runs.push(await plan(job));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(refusals, error.diagnostics);
    }
  }
  // People read the notes beside the commands that they are about.
  const notes = context.json ? runs.flatMap((run) => run.notes) : [];
  const unique = new Map(refusals.map((refusal) => [refusal.message, refusal]));
  return {
    text: runs.map(describe).join('\n\n'),
    data: runs.map(({ notes: _, ...run }) => run),
    diagnostics: [...idleOptions(options), ...notes, ...unique.values()],
  } satisfies CommandResult;
}
