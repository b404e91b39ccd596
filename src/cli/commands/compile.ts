import type { Command } from 'commander';
import { precisionNames } from '../../../codegen/precisions.ts';
import { largestBatch } from '../../../engines/timing-rows.ts';
import type { CommandDefinition } from '../command.ts';
import { givenOptions } from '../given-options.ts';
import { declareModelOptions, type ModelCommandOptions } from '../options.ts';
import { specsHelp } from '../spec-arguments.ts';
import { declareTargetOptions } from '../target-options.ts';
import { declareTimingOptions, type TimingCommandOptions } from '../timing-options.ts';
import { whole, wholeList } from '../whole-numbers.ts';

/** Options that do not decide what an artifact is, or are told of each artifact apart. */
const notOfArtifact = [
  'output',
  'json',
  'quiet',
  'engineCache',
  ...precisionNames,
  'precision',
  'printAfter',
  'dryRun',
];

/** The options that decide what an artifact is, as words that give them again. */
export function givenToCompile(command: Command): readonly string[] {
  return givenOptions(command, notOfArtifact);
}

export interface CompileCommandOptions extends ModelCommandOptions, TimingCommandOptions {
  /** The options that were given, as words, for the manifest. */
  readonly given: readonly string[];
  readonly output?: string;
  readonly batch?: number;
  readonly batches?: readonly number[];
  readonly verify: boolean;
  readonly time: boolean;
  readonly printAfter?: string;
  readonly dryRun?: boolean;
}

export const compileCommand: CommandDefinition = {
  name: 'compile',
  description: 'compile specs and weights into verified, timed engines',
  declare(command) {
    command.argument('<specs...>', specsHelp);
    declareModelOptions(command);
    command
      .option(
        '-o, --output <dir>',
        'folder of the artifact; of all artifacts, as <model>/<precision>, where there are several (default: build)',
      )
      .option('--batch <n>', 'fixed batch size (default: any, `N`)', whole(1, largestBatch))
      .option('--no-verify', 'write the artifact without running it against the unfolded graph')
      .option('--no-time', 'do not time the engine at the end')
      .option(
        '--batches <list>',
        'batch sizes that are verified and timed (default: 1,4,8; with --profile its own)',
        wholeList(1, largestBatch),
      )
      .option('--print-after <pass>', 'print the graph after a pass (or `lower`) and stop')
      .option('--dry-run', 'print what would be done, with the commands of trtexec, and stop');
    declareTimingOptions(command);
    declareTargetOptions(command);
  },
  async run([paths, options, command], context) {
    const given = givenToCompile(command as Command);
    const { compileSpecs } = await import('../actions/compile.ts');
    return await compileSpecs(
      paths as readonly string[],
      { ...(options as CompileCommandOptions), given },
      context,
    );
  },
};
