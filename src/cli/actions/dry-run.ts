import { shellText } from '../../../engines/command-text.ts';
import type { PlannedCommand } from '../../../engines/target.ts';
import { append } from '../../collections/append.ts';
import type { CompileOptions } from '../../compile/compile.ts';
import { type DryRun, dryRunSpec } from '../../compile/dry-run.ts';
import type { ModelOptions } from '../../compile/model-options.ts';
import { DiagnosticError } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompileCommandOptions } from '../commands/compile.ts';
import { verbatim } from '../text.ts';
import { modelsFor } from './run-jobs.ts';

function titleOf({ model, precision, reason, plan }: DryRun): string {
  return `${model} ${precision} for ${plan?.title ?? reason}`;
}

function commandLines({ title, command }: PlannedCommand): readonly string[] {
  return ['', `# ${title}`, shellText(command)];
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

export interface DryRunRequest {
  readonly specs: readonly Spec[];
  optionsFor(spec: Spec, model: ModelOptions): CompileOptions;
}

/** As --json gives it: what a target tells of itself stands under its own name. */
function dataOf({ notes: _, plan, commands, ...run }: DryRun) {
  const { model, precision, target, reason, directory, ...rest } = run;
  return {
    ...{ model, precision, target, reason, directory },
    ...plan?.facts,
    commands: commands.map(({ title: _title, ...command }) => command),
    ...rest,
  };
}

/** `rcc compile --dry-run`: what each compilation would do; one that is refused hides none of the others. */
export async function dryRunSpecs(
  { specs, optionsFor }: DryRunRequest,
  options: CompileCommandOptions,
  context: CommandContext,
) {
  const runs: DryRun[] = [];
  const { batch, batches } = options;
  const request = { isPlan: true, batch, batches };
  const { models, warnings, refusals: unfit } = await modelsFor(options, context, {}, request);
  const refusals = [...unfit];
  for (const { spec, model } of specs.flatMap((spec) => models.map((model) => ({ spec, model })))) {
    try {
      runs.push(await dryRunSpec(spec, optionsFor(spec, model)));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(refusals, error.diagnostics);
    }
  }
  // People read the notes beside the commands that they are about.
  const notes = context.keepsNotes ? runs.flatMap((run) => run.notes) : [];
  const unique = new Map(refusals.map((refusal) => [refusal.message, refusal]));
  return {
    text: verbatim(runs.map(describe).join('\n\n')),
    data: runs.map(dataOf),
    diagnostics: [...warnings, ...notes, ...unique.values()],
  } satisfies CommandResult;
}
