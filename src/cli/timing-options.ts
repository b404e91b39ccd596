import { type Command, Option } from 'commander';
import { flagOf } from '../../engines/option-row.ts';
import type { TimingLimits } from '../../engines/target.ts';
import { timingRows } from '../../engines/timing-rows.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { optionHelp } from './option-help.ts';
import { whole } from './whole-numbers.ts';

/** How engines are timed, as commander gives it. */
export interface TimingCommandOptions {
  readonly warmUp?: number;
  readonly duration?: number;
  readonly iterations?: number;
}

/** Declares them; hidden where they are taken so that commands can share their options, and change nothing. */
export function declareTimingOptions(
  command: Command,
  { isHidden = false }: { readonly isHidden?: boolean } = {},
): void {
  for (const { flags, doc, default: usual, least, most } of timingRows) {
    const option = new Option(flags, optionHelp(doc, usual));
    command.addOption(option.argParser(whole(least, most)).hideHelp(isHidden));
  }
}

/** How much is measured, as far as the options tell; the rest is the command's. */
export function timingOf(
  { warmUp, duration, iterations }: TimingCommandOptions,
  usual: TimingLimits,
): TimingLimits {
  return {
    warmUpMs: warmUp ?? usual.warmUpMs,
    durationMs: duration ?? usual.durationMs,
    minIterations: iterations ?? usual.minIterations,
  };
}

/** Options that were given although nothing is timed, because of `doing`. */
export function idleTiming(options: TimingCommandOptions, doing: string): readonly Diagnostic[] {
  return timingRows
    .filter(({ flags }) => {
      const key = new Option(flags).attributeName() as keyof TimingCommandOptions;
      return options[key] !== undefined;
    })
    .map((row) => createDiagnostic('timing-idle', { option: flagOf(row), doing }));
}
