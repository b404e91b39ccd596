import { type Command, Option } from 'commander';
import type { SchedulerName } from '../../../farm/scheduler.ts';
import { whole } from '../../whole-numbers.ts';

/** How tasks are handed over, as commander gives it. */
export interface SubmitCommandOptions {
  readonly on?: SchedulerName;
  readonly jobs?: number;
  readonly exclusiveNode?: boolean;
  readonly deadline: number;
  readonly dryRun?: boolean;
}

export function declareSubmitOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--on <scheduler>',
        'what runs the tasks (default: as the last time, else slurm)',
      ).choices(['slurm', 'ssh', 'local'] satisfies SchedulerName[]),
    )
    .option(
      '--jobs <n>',
      "most tasks of a GPU class at once (default: site.json's)",
      whole(1, 10_000),
    )
    .option('--exclusive-node', 'take the whole node for each task: nobody else disturbs it')
    .option(
      '--deadline <hours>',
      'on Slurm: a task that would not be done so many hours from now leaves the queue',
      whole(1, 8760),
      24,
    )
    .option('--dry-run', 'print what would be submitted: on Slurm the files for sbatch');
}
