import { resolve } from 'node:path';
import { shellText } from '../../../../engines/command-text.ts';
import { createDiagnostic, type Diagnostic } from '../../../diagnostics/diagnostic.ts';
import { batchesOf } from '../../../farm/batches.ts';
import { withFarmLock } from '../../../farm/farm-lock.ts';
import { readJobLog } from '../../../farm/job-log.ts';
import { type OpenedFarm, openFarm } from '../../../farm/read-farm.ts';
import type { CellStatus } from '../../../farm/read-status.ts';
import { requireClasses } from '../../../farm/require-classes.ts';
import type { SchedulerName } from '../../../farm/scheduler.ts';
import { sbatchFile, sbatchText } from '../../../farm/schedulers/sbatch-text.ts';
import { partsOf, type SubmitOptions, submitCells, tasksOf } from '../../../farm/submit-cells.ts';
import type { CommandContext, CommandResult } from '../../command.ts';
import type { FarmRetryCommandOptions, RetriedState } from '../../commands/farm/retry.ts';
import type { FarmRunCommandOptions } from '../../commands/farm/run.ts';
import type { SubmitCommandOptions } from '../../commands/farm/submit-options.ts';
import { verbatim } from '../../text.ts';
import { listenerFor } from '../listener.ts';
import { countsText } from './farm-texts.ts';
import { statusNow } from './status.ts';

/** Whether a cell is to be submitted. */
type Choice = (cell: CellStatus) => boolean;

interface Choosing {
  readonly opened: OpenedFarm;
  readonly cells: readonly CellStatus[];
  readonly chosen: readonly CellStatus[];
  readonly options: SubmitOptions;
  readonly diagnostics: readonly Diagnostic[];
}

async function optionsOf(
  path: string,
  { on, jobs, exclusiveNode, deadline }: SubmitCommandOptions,
): Promise<SubmitOptions> {
  const usual: SchedulerName = (await readJobLog(path)).at(-1)?.on ?? 'slurm';
  return { on: on ?? usual, jobs, exclusiveNode, deadlineHours: deadline };
}

async function choose(
  path: string,
  options: SubmitCommandOptions,
  choice: Choice,
  context: CommandContext,
): Promise<Choosing> {
  const { farm: opened, cells, diagnostics } = await statusNow(path, context);
  const chosen = cells.filter(choice);
  requireClasses(tasksOf(chosen), opened.site);
  return { opened, cells, chosen, options: await optionsOf(path, options), diagnostics };
}

const counted = (count: number): string => `${count} ${count === 1 ? 'cell' : 'cells'}`;

/** The files that sbatch would be given, or what would go where. */
function describeDryRun({ opened, chosen, options }: Choosing): string {
  const { site, farm } = opened;
  return partsOf(tasksOf(chosen), opened)
    .flatMap((part) => batchesOf(part, { tasks: part.length, minutes: site.limits.minutes }))
    .map((batch) => {
      if (options.on !== 'slurm') {
        const count = counted(batch.keys.length);
        return `${options.on}: ${count} on ${batch.gpu}, ${batch.minutes} minutes each`;
      }
      return `# ${sbatchFile(batch.name)}\n${sbatchText(batch, { farm, site, ...options })}`;
    })
    .join('\n');
}

function nothingText({ cells }: Choosing): string {
  return `Nothing to submit: ${countsText(cells)}.`;
}

async function dryRun(
  path: string,
  options: SubmitCommandOptions,
  choice: Choice,
  context: CommandContext,
): Promise<CommandResult> {
  const choosing = await choose(path, options, choice, context);
  const { chosen, diagnostics } = choosing;
  return {
    text: chosen.length > 0 ? verbatim(describeDryRun(choosing).trimEnd()) : nothingText(choosing),
    data: { farm: path, on: choosing.options.on, cells: chosen.map(({ cell }) => cell.key) },
    diagnostics,
  };
}

async function submit(
  path: string,
  choosing: Choosing,
  context: CommandContext,
): Promise<CommandResult> {
  const { opened, chosen, options, diagnostics } = choosing;
  const notes: Diagnostic[] = [];
  const { env, signal, progress } = context;
  const onKit = (name: string, count: number, total: number): void =>
    progress.heading(`${name}, kit ${count} of ${total}`);
  const listener = listenerFor(context, notes);
  const done = await submitCells(opened, chosen, { ...options, env, signal, listener, onKit });
  const { tasks, found, handled } = done;
  const left = chosen.length - handled;
  const command = shellText(['rcc', 'farm', 'run', path]);
  const unsubmitted = { count: left, total: chosen.length, command };
  const next = shellText(['rcc', 'farm', 'status', path]);
  const before = found > 0 ? `, ${found} were there` : '';
  return {
    text: `${counted(tasks.length)} submitted to ${options.on}${before}. Then: ${next}`,
    data: { farm: path, on: options.on, submitted: tasks, found, left },
    diagnostics: [
      ...diagnostics,
      ...(context.keepsNotes ? notes : []),
      ...done.diagnostics,
      ...(left > 0 ? [createDiagnostic('farm-not-submitted', unsubmitted)] : []),
    ],
  };
}

/** Submits chosen cells while nobody else does. */
async function submitChosen(
  path: string,
  options: SubmitCommandOptions,
  choice: Choice,
  context: CommandContext,
): Promise<CommandResult> {
  if (options.dryRun) return await dryRun(path, options, choice, context);
  const { farm } = await openFarm(path);
  const onWait = (owner: string): void =>
    context.progress.note(createDiagnostic('farm-waits', { owner }).message);
  const request = { signal: context.signal, onWait };
  return await withFarmLock({ ...farm, directory: resolve(path) }, request, async () => {
    const choosing = await choose(path, options, choice, context);
    if (choosing.chosen.length > 0) return await submit(path, choosing, context);
    return {
      text: nothingText(choosing),
      data: { farm: path, on: choosing.options.on, submitted: [], found: 0, left: 0 },
      diagnostics: choosing.diagnostics,
    };
  });
}

/** Not in a scheduler's hands, nor perhaps. */
const isFree: Choice = ({ held }) => held.length === 0;

/** `rcc farm run`: hands over what is not done and what is worth another try, and returns. */
export function runFarm(
  path: string,
  options: FarmRunCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const choice: Choice = (cell) =>
    cell.isOpen || (options.again === true && cell.state === 'done' && isFree(cell));
  return submitChosen(path, options, choice, context);
}

/** `rcc farm retry`: hands over again what came to no figure, whatever its tries. */
export function retryFarm(
  path: string,
  options: FarmRetryCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const wanted = new Set<string>(options.only satisfies readonly RetriedState[]);
  return submitChosen(path, options, ({ state }) => wanted.has(state), context);
}
