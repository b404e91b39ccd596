import type { Command } from 'commander';

interface GivenValue {
  /** As the help names it. */
  readonly name: string;
  readonly value: unknown;
}

function givenValues(command: Command): readonly GivenValue[] {
  return [
    ...command.registeredArguments.map((argument, index) => ({
      name: `argument '${argument.name()}'`,
      value: argument.variadic ? command.args.slice(index) : command.args[index],
    })),
    ...command.options.map((option) => ({
      name: `option '${option.flags}'`,
      value: command.getOptionValue(option.attributeName()),
    })),
  ];
}

/** Ends the command where a value is empty: as a path that would be the current folder, as a name nothing at all. A shell's unset variable makes one. */
export function refuseEmptyValues(command: Command): void {
  const empty = givenValues(command).find(({ value }) => [value].flat().includes(''));
  if (empty) command.error(`error: ${empty.name} has an empty value.`);
}
