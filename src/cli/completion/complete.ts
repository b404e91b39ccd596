import type { Command, Option } from 'commander';
import { flagOf } from '../../../engines/option-row.ts';
import { targetOptionRows } from '../../targets/target-options.ts';
import { argumentAt, commandsOf, findPlace, type Place } from './find-place.ts';
import { type Value, type Values, valuesOfArgument, valuesOfOption } from './values.ts';

/** Options that the help shows, and those of targets, which `rcc help TARGET` does. */
function optionsOf(command: Command): readonly Option[] {
  const shown = command.createHelp().visibleOptions(command);
  const ofTargets = new Set(targetOptionRows().map(flagOf));
  const hidden = command.options.filter(({ hidden, long }) => hidden && ofTargets.has(long ?? ''));
  return [...shown, ...hidden];
}

/** The first sentence of a help text; an abbreviation ends none. */
const short = (text: string): string =>
  text.split(/(?<=\.)(?<!\b(?:e\.g|i\.e)\.) |; | \(/, 1)[0] ?? '';

function flagValues(command: Command): readonly Value[] {
  return optionsOf(command).flatMap(({ long, description }) =>
    long ? [{ value: long, help: short(description) }] : [],
  );
}

function commandValues(command: Command): readonly Value[] {
  return commandsOf(command).map((one) => ({ value: one.name(), help: short(one.description()) }));
}

/** `fp32,in` → `fp32,`: several values are written with commas. */
function listPrefix(word: string): string {
  return word.slice(0, word.lastIndexOf(',') + 1);
}

async function valuesAt(place: Place): Promise<Values> {
  const { command, option, isFlag, given } = place;
  if (option) return await valuesOfOption(option, command);
  if (isFlag) return { values: flagValues(command), paths: 'none' };
  const below = given.length === 0 ? commandValues(command) : [];
  const argument = argumentAt(place);
  if (below.length > 0 || !argument) return { values: below, paths: 'none' };
  return await valuesOfArgument(argument, command);
}

/**
 * What may stand in the place of the last word, for rcc's scripts: a line a value, with its help behind a tab, and at last which files the shell adds,
 * `:none`, `:any`, `:folders` or `:.rn`. Shells choose what begins as the word does.
 */
export async function complete(program: Command, words: readonly string[]): Promise<string> {
  const place = findPlace(program, words);
  const { values, paths } = await valuesAt(place);
  const typed = (words.at(-1) ?? '').slice(place.prefix.length);
  const before = place.prefix + (place.option ? listPrefix(typed) : '');
  const lines = values.map(({ value, help }) =>
    [`${before}${value}`, help ?? ''].join('\t').trimEnd(),
  );
  return [...lines, `:${paths}`, ''].join('\n');
}
