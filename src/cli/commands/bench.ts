import { Option } from 'commander';
import { largestBatch } from '../../../engines/timing-rows.ts';
import type { CommandDefinition } from '../command.ts';
import { declareModelOptions, type ModelCommandOptions } from '../options.ts';
import { specsHelp } from '../spec-arguments.ts';
import { declareTargetOptions } from '../target-options.ts';
import { declareTimingOptions, type TimingCommandOptions } from '../timing-options.ts';
import { wholeList } from '../whole-numbers.ts';

/** Where `rcc bench` leaves what it measured, and `rcc report` looks for it. */
export const defaultBenchPath = 'build/bench.json';

export interface BenchCommandOptions extends ModelCommandOptions, TimingCommandOptions {
  readonly batches?: readonly number[];
  readonly format: 'text' | 'markdown' | 'csv' | 'json' | 'jsonl';
  readonly output: string;
}

export const benchCommand: CommandDefinition = {
  name: 'bench',
  description: 'time models: latency and throughput by precision and batch size',
  declare(command) {
    command.argument('<specs...>', specsHelp);
    declareModelOptions(command);
    command
      .option(
        '--batch, --batches <list>',
        'batch sizes (default: 1,4,8; with --profile its own)',
        wholeList(1, largestBatch),
      )
      .addOption(
        new Option('--format <name>', 'form of the table on stdout')
          .choices(['text', 'markdown', 'csv', 'json', 'jsonl'])
          .default('text'),
      )
      .option(
        '-o, --output <file>',
        'bench file (.json) of the measurements, for `rcc report` and `rcc compare`',
        defaultBenchPath,
      );
    declareTimingOptions(command);
    declareTargetOptions(command);
  },
  async run([paths, options], context) {
    const { benchSpecs } = await import('../actions/bench.ts');
    return await benchSpecs(paths as readonly string[], options as BenchCommandOptions, context);
  },
};
