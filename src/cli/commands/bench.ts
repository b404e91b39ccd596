import { type Command, Option } from 'commander';
import { largestBatch } from '../../../engines/timing-rows.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { declareModelOptions, type ModelCommandOptions } from '../options.ts';
import { benchFile, requireEnding } from '../output-files.ts';
import { declareServerOptions, isForServer, type ServerCommandOptions } from '../server-options.ts';
import { specsHelp } from '../spec-arguments.ts';
import { declareTargetOptions } from '../target-options.ts';
import { declareTimingOptions, type TimingCommandOptions } from '../timing-options.ts';
import { wholeList } from '../whole-numbers.ts';

/** Where `rcc bench` leaves what it measured, and `rcc report` looks for it. */
export const defaultBenchPath = 'build/bench.json';

const mostConcurrency = 256;

export interface BenchCommandOptions
  extends ModelCommandOptions,
    TimingCommandOptions,
    ServerCommandOptions {
  readonly batches?: readonly number[];
  readonly format: 'text' | 'markdown' | 'csv' | 'json' | 'jsonl';
  readonly output: string;
  readonly concurrency?: readonly number[];
}

export const benchCommand: CommandDefinition = {
  name: 'bench',
  description: 'time models, or a running server: latency and throughput',
  declare(command) {
    command.argument(
      '[specs...]',
      `${specsHelp}; with --server none, or one that the model must fit`,
    );
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
    declareServerOptions(command);
    command.option(
      '--concurrency <list>',
      'with --server: how many requests are on the way at once (default: 1,2,4,8)',
      wholeList(1, mostConcurrency),
    );
    declareTimingOptions(command);
    declareTargetOptions(command);
  },
  async run([words, given, command], context) {
    const paths = words as readonly string[];
    const options = given as BenchCommandOptions;
    requireEnding('-o', options.output, benchFile);
    if (isForServer(options, { '--concurrency': options.concurrency })) {
      const { benchOnServer } = await import('../actions/bench-server.ts');
      // What engines were measured at stays where it is, unless a file is named.
      const isNamed = (command as Command).getOptionValueSource('output') === 'cli';
      const output = isNamed ? options.output : undefined;
      return await benchOnServer(paths, { ...options, output }, context);
    }
    if (paths.length === 0) {
      fail('command-line', { message: "missing required argument 'specs'" });
    }
    const { benchSpecs } = await import('../actions/bench.ts');
    return await benchSpecs(paths, options, context);
  },
};
