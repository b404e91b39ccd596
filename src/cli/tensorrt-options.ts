import { type Command, Option } from 'commander';
import {
  type TensorrtOptionRow,
  tensorrtOptionRows,
} from '../../engines/tensorrt/planning/option-rows.ts';
import type { OptionTexts } from '../../engines/tensorrt/planning/read-intent.ts';
import { ownValue } from '../collections/own-value.ts';

/** Options of rcc itself that say where TensorRT is and what it is for. */
export interface TensorrtCommandOptions {
  readonly trtexec?: string;
  readonly computeCapability?: string;
  readonly python?: string;
}

/** Key under which commander keeps a row's value: its flag in camel case. */
function keyOf({ flags }: TensorrtOptionRow): string {
  return new Option(flags).attributeName();
}

/** `batches` is told by each command's own --batch. */
const rows = tensorrtOptionRows.filter(({ key }) => key !== 'batches' && key !== 'precision');

/** Declares every option of TensorRT that has a row, and where its tools are. Only values that were given are kept. */
export function declareTensorrtOptions(command: Command): void {
  command
    .optionsGroup('TensorRT:')
    .option(
      '--trtexec <command>',
      'trtexec, or the command that starts it (default: TRTEXEC, PATH, TENSORRT_HOME)',
    )
    .option('--compute-capability <list>', 'GPUs of a tensorrt-rtx engine, e.g. 7.5,8.6')
    .option('--python <file>', 'interpreter with the TensorRT-RTX wheel (default: RCC_PYTHON)');
  for (const row of rows) {
    const option = new Option(row.flags, `${row.doc} Default: ${row.default}.`);
    if (row.repeatable) {
      option.argParser((text: string, before: readonly string[] | undefined) => [
        ...(before ?? []),
        text,
      ]);
    }
    command.addOption(option);
  }
}

/** The values that were given, by key of the intent, for `readTensorrtIntent`. */
export function tensorrtTextsOf(
  options: Readonly<Record<string, unknown>>,
  batches: readonly number[],
): OptionTexts {
  const given = rows.flatMap((row) => {
    const value = ownValue(options, keyOf(row));
    // Commander gives `--no-x` the value true where it was not given.
    const isDefault = value === undefined || (row.flags.startsWith('--no-') && value === true);
    return isDefault ? [] : [[row.key, value] as const];
  });
  return { ...Object.fromEntries(given), batches: batches.join(',') };
}
