import type { Command } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { givenOptions } from '../given-options.ts';
import { declareBatchOptions, declareWeightsOptions } from '../options.ts';
import { declarePrecisionOptions, type PrecisionCommandOptions } from '../precision-options.ts';
import { specsHelp } from '../spec-arguments.ts';
import { declareTargetOptions } from '../target-options.ts';
import { declareTimingOptions, type TimingCommandOptions } from '../timing-options.ts';

export interface PackCommandOptions extends PrecisionCommandOptions, TimingCommandOptions {
  /** The options that were given, as words, for the manifest. */
  readonly given: readonly string[];
  readonly weights?: string;
  readonly weightsKey?: string;
  readonly seed?: number;
  readonly batch?: number;
  readonly batches?: readonly number[];
  readonly output?: string;
}

export const packCommand: CommandDefinition = {
  name: 'pack',
  description: 'pack kits that build and time on machines with a shell and trtexec alone',
  declare(command) {
    command.argument('<specs...>', specsHelp);
    declarePrecisionOptions(command);
    declareWeightsOptions(command);
    command.option(
      '-o, --output <dir>',
      'folder of the kit; of all kits, as <model>/<precision>, where there are several (default: kits)',
    );
    declareBatchOptions(command);
    declareTimingOptions(command);
    declareTargetOptions(command);
  },
  async run([paths, options, command], context) {
    const given = givenOptions(command as Command, ['output', 'json', 'quiet']);
    const { packSpecs } = await import('../actions/pack.ts');
    return await packSpecs(
      paths as readonly string[],
      { ...(options as PackCommandOptions), given },
      context,
    );
  },
};
