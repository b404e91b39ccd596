import { type Command, Help, Option } from 'commander';
import { flagOf, type OptionRow, type OptionTexts } from '../../engines/option-row.ts';
import { ownValue } from '../collections/own-value.ts';
import { wrapText } from '../diagnostics/wrap.ts';
import { targetNames, targetOptionRows } from '../targets/target-options.ts';
import { targets } from '../targets/targets.ts';
import { declareHelpNote, helpColumns } from './help.ts';
import { optionHelp } from './option-help.ts';

function optionOf({ flags, doc, default: usual, repeatable }: OptionRow): Option {
  const option = new Option(flags, optionHelp(doc, usual));
  if (repeatable) {
    option.argParser((text: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      text,
    ]);
  }
  return option;
}

/** Key under which commander keeps a row's value: its flag in camel case. */
function attributeOf({ flags }: OptionRow): string {
  return new Option(flags).attributeName();
}

export function declareTarget(command: Command): void {
  command.addOption(
    new Option('--target <name>', 'where it is to run').choices(targetNames()).default('auto'),
  );
}

/** Declares the options of every target, which `rcc help TARGET` shows; a command's own stand before them. */
export function declareTargetOptions(command: Command): void {
  for (const row of targetOptionRows()) command.addOption(optionOf(row).hideHelp());
  const topics = targets.filter(({ options }) => options.length > 0).map(({ name }) => name);
  declareHelpNote(command, `Options of a target: rcc help TARGET (${topics.join(', ')})`);
}

/** Declares those of them that have one of these flags, for commands that build nothing. */
export function declareSome(command: Command, flags: readonly string[]): void {
  for (const row of targetOptionRows()) {
    if (flags.includes(flagOf(row))) command.addOption(optionOf(row));
  }
}

/** The values of targets' options that were given, by their keys. */
export function targetTextsOf(options: Readonly<Record<string, unknown>>): OptionTexts {
  const given = targetOptionRows().flatMap((row) => {
    const value = ownValue(options, attributeOf(row));
    // Commander gives `--no-x` the value true where it was not given.
    const isDefault = value === undefined || (row.flags.startsWith('--no-') && value === true);
    return isDefault ? [] : [[row.key, value] as const];
  });
  return Object.fromEntries(given) as OptionTexts;
}

/** What `rcc help TARGET` prints, at most so many columns wide; undefined where it is no target. */
export function targetHelp(name: string, columns?: number): string | undefined {
  const target = targets.find((one) => one.name === name);
  if (!target) return undefined;
  const help = Object.assign(new Help(), { minWidthToWrap: 0 });
  const width = Math.min(70, (columns ?? helpColumns) - 6);
  const rows = target.options.map(({ flags, doc, default: usual }) =>
    [
      wrapText(`  ${flags}`, columns),
      ...help.boxWrap(`${doc} Default: ${usual}.`, width).split('\n'),
    ].join('\n      '),
  );
  return [
    wrapText(
      `Options of target ${name} (${target.title}), for rcc compile, verify, bench and eval:`,
      columns,
    ),
    ...rows,
    '',
  ].join('\n');
}
