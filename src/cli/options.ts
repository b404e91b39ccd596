import type { Command } from 'commander';
import { largestBatch } from '../../engines/timing-rows.ts';
import { declarePrecisionOptions, type PrecisionCommandOptions } from './precision-options.ts';
import { declareTarget } from './target-options.ts';
import { whole, wholeList } from './whole-numbers.ts';

/** Options of every command that makes or runs a model; those of targets are read by their rows. */
export interface ModelCommandOptions extends PrecisionCommandOptions {
  readonly weights?: string;
  readonly weightsKey?: string;
  readonly target: string;
  readonly seed?: number;
  readonly engineCache: boolean;
}

/** Of every command that reads weights. */
export const weightsKeyHelp =
  'which network of the weights file: keys of its dicts or the beginning of its names, joined by dots';

/** Declares whose numbers a model has. */
export function declareWeightsOptions(command: Command): void {
  command
    .option('--weights <file>', 'weights file, in place of the one the spec names')
    .option('--weights-key <key>', weightsKeyHelp)
    .option('--seed <n>', 'seed of synthetic weights and inputs', whole(0, 2 ** 31 - 1));
}

/** Declares which batches a model takes where several are timed one after another. */
export function declareBatchOptions(command: Command): void {
  command
    .option('--batch <n>', 'fixed batch size (default: any, `N`)', whole(1, largestBatch))
    .option(
      '--batches <list>',
      'batch sizes that are verified and timed (default: 1,4,8; with --profile its own)',
      wholeList(1, largestBatch),
    );
}

/** Declares the options that `compile`, `verify`, `bench` and `eval` share. */
export function declareModelOptions(command: Command): void {
  declarePrecisionOptions(command);
  declareWeightsOptions(command);
  command.option(
    '--no-engine-cache',
    'build engines anew: take none from the cache and keep none (see rcc cache)',
  );
  declareTarget(command);
}
