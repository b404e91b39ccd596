import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import {
  declareModelOptions,
  largestBatch,
  type ModelOptions,
  whole,
  wholeList,
} from '../options.ts';

export interface BenchCommandOptions extends ModelOptions {
  readonly batch: readonly number[];
  readonly duration: number;
  readonly format: 'text' | 'markdown' | 'csv' | 'jsonl';
  readonly output?: string;
}

export const benchCommand: CommandDefinition = {
  name: 'bench',
  description: 'time models: latency and throughput by precision and batch size',
  declare(command) {
    command.argument('<specs...>', 'spec files (.rn)');
    declareModelOptions(command);
    command
      .option('--batch <list>', 'batch sizes', wholeList(1, largestBatch), [1, 4, 8])
      .option(
        '--duration <seconds>',
        'least time of counted runs for each figure',
        whole(1, 3600),
        3,
      )
      .addOption(
        new Option('--format <name>', 'form of the table on stdout')
          .choices(['text', 'markdown', 'csv', 'jsonl'])
          .default('text'),
      )
      .option(
        '-o, --output <file>',
        'write the measurements as JSON too, for `rcc report` and `rcc compare`',
      );
  },
  async run([paths, options], context) {
    const { benchSpecs } = await import('../actions/bench.ts');
    return await benchSpecs(paths as readonly string[], options as BenchCommandOptions, context);
  },
};
