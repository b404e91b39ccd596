import type { Command, Option } from 'commander';
import { flagOf } from '../../engines/option-row.ts';
import { targetOptionRows } from '../targets/target-options.ts';

/** Flags that are given once for each value; other lists are one value with commas. */
const repeatable = new Set(
  targetOptionRows()
    .filter((row) => row.repeatable)
    .map(flagOf),
);

function wordsOf(flag: string, value: unknown): readonly string[] {
  if (typeof value === 'boolean') return [flag];
  if (Array.isArray(value) && repeatable.has(flag)) {
    return value.flatMap((one) => wordsOf(flag, one));
  }
  const text = Array.isArray(value) ? value.join(',') : String(value);
  // A value that looks like an option must not be taken for one.
  return text.startsWith('-') ? [`${flag}=${text}`] : [flag, text];
}

/** The options that a user gave to a command, as the words that give them again, in the order of the help; `left` are attribute names that are left out. */
export function givenOptions(command: Command, left: readonly string[]): readonly string[] {
  const isGiven = (option: Option): boolean => {
    const name = option.attributeName();
    const value = command.getOptionValue(name);
    // `--no-x` and `--x` share a name: the value says which was given.
    const isMeant = typeof value !== 'boolean' || value !== option.negate;
    return command.getOptionValueSource(name) === 'cli' && isMeant && !left.includes(name);
  };
  return command.options
    .filter(isGiven)
    .flatMap((option) =>
      wordsOf(option.long ?? option.flags, command.getOptionValue(option.attributeName())),
    );
}
