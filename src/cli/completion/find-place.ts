import type { Argument, Command, Option } from 'commander';

/** Where on a command line the cursor stands. */
export interface Place {
  /** The command that the words before name. */
  readonly command: Command;
  /** Arguments that are there already. */
  readonly given: readonly string[];
  /** The option whose value is typed. */
  readonly option: Option | undefined;
  /** What of the word belongs to what is completed: `--target=` before the value. */
  readonly prefix: string;
  /** Whether the word is the name of an option. */
  readonly isFlag: boolean;
}

/** The commands below one, also `help`. */
export function commandsOf(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function optionOf(command: Command, word: string): Option | undefined {
  const [flag] = word.split('=', 1);
  return command.options.find(({ long, short }) => flag === long || flag === short);
}

const takesValue = (option: Option | undefined): boolean =>
  option !== undefined && (option.required || option.optional);

/** What is known after some words. */
interface Reading extends Pick<Place, 'command' | 'given' | 'option'> {
  /** Behind `--` nothing is an option. */
  readonly isPlain: boolean;
}

const isOption = ({ isPlain }: Reading, word: string): boolean =>
  !isPlain && word.length > 1 && word.startsWith('-');

function readOption(reading: Reading, word: string): Reading {
  if (word === '--') return { ...reading, isPlain: true };
  const named = optionOf(reading.command, word);
  return { ...reading, option: takesValue(named) && !word.includes('=') ? named : undefined };
}

function readOperand(reading: Reading, word: string): Reading {
  const { command, given } = reading;
  const below =
    given.length === 0 ? commandsOf(command).find((one) => one.name() === word) : undefined;
  return below ? { ...reading, command: below } : { ...reading, given: [...given, word] };
}

function readWord(reading: Reading, word: string): Reading {
  if (reading.option) return { ...reading, option: undefined };
  return isOption(reading, word) ? readOption(reading, word) : readOperand(reading, word);
}

/** Reads the words before the last one; the last is what is typed. */
export function findPlace(program: Command, words: readonly string[]): Place {
  const last = words.at(-1) ?? '';
  const start: Reading = { command: program, given: [], option: undefined, isPlain: false };
  const reading = words.slice(0, -1).reduce(readWord, start);
  const { command, given, option } = reading;
  const isFlag = option === undefined && !reading.isPlain && last.startsWith('-');
  const joined = isFlag && last.includes('=') ? optionOf(command, last) : undefined;
  return {
    ...{ command, given, option: option ?? joined },
    prefix: joined ? last.slice(0, last.indexOf('=') + 1) : '',
    isFlag: isFlag && joined === undefined,
  };
}

/** The argument that the next word would be. */
export function argumentAt({ command, given }: Place): Argument | undefined {
  const declared = command.registeredArguments;
  const last = declared.at(-1);
  return declared[given.length] ?? (last?.variadic ? last : undefined);
}
