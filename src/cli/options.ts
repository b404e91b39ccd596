import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TimingLimits } from '../compile/timing.ts';
import { type TargetChoice, targetNames } from '../targets/target.ts';
import { declarePrecisionOptions, type PrecisionCommandOptions } from './precision-options.ts';
import type { TensorrtCommandOptions } from './tensorrt-options.ts';

function parseWhole(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** Parser of a whole number for commander. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => parseWhole(text, least, most);
}

/** Parser of a list such as `1,4,8` for commander. */
export function wholeList(least: number, most: number): (text: string) => readonly number[] {
  return (text) => text.split(',').map((part) => parseWhole(part.trim(), least, most));
}

export const largestBatch = 4096;

/** Batches that are timed where none are given: those of the published tables. */
export const timedBatches: readonly number[] = [1, 4, 8];

/** Options of every command that makes or runs a model. */
export interface ModelOptions extends TensorrtCommandOptions, PrecisionCommandOptions {
  readonly weights?: string;
  readonly target: TargetChoice;
  readonly seed?: number;
  readonly threads?: number;
  readonly warmUp?: string;
  readonly duration?: string;
  readonly iterations?: string;
}

/** Declares the options that `compile`, `verify` and `bench` share. */
export function declareModelOptions(command: Command): void {
  declarePrecisionOptions(command);
  command
    .option('--weights <file>', 'weights file, in place of the one the spec names')
    .addOption(
      new Option('--target <name>', 'where it is to run').choices(targetNames).default('auto'),
    )
    .option('--seed <n>', 'seed of synthetic weights and inputs', whole(0, 2 ** 31 - 1))
    .option(
      '--threads <n>',
      'threads of the embedded engine (default: the fastest)',
      whole(1, 1024),
    );
}

/** How much is measured, as far as the options tell; the rest is the command's. */
export function timingOf(
  { warmUp, duration, iterations }: ModelOptions,
  defaults: TimingLimits,
): TimingLimits {
  const given = (text: string | undefined, fallback: number): number =>
    text === undefined ? fallback : Number(text);
  return {
    warmUpMs: given(warmUp, defaults.warmUpMs),
    durationMs: given(duration, defaults.durationMs),
    minIterations: given(iterations, defaults.minIterations),
  };
}

/** What of the options decides the network's weights. */
export function networkOptionsOf({ weights, seed }: Pick<ModelOptions, 'weights' | 'seed'>): {
  readonly weights?: string;
  readonly seed?: number;
} {
  return { ...(weights === undefined ? {} : { weights }), ...(seed === undefined ? {} : { seed }) };
}
