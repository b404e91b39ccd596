/* rcc(1), from the tree of commands. */
import type { Argument, Command, Option } from 'commander';
import { targets } from '../../targets/targets.ts';
import { version } from '../../version.ts';
import { mark } from './scripts.ts';

/** A text of roff: nothing in it is an instruction, and signs that are copied are the ones that are typed. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');
}

const bold = (text: string): string => `\\fB${roff(text)}\\fR`;

/** A term and what it means. */
function item(term: string, text: string): string {
  return `.TP\n${bold(term)}\n${roff(text)}`;
}

const section = (title: string, parts: readonly string[]): string =>
  [`.SH ${title}`, ...parts].join('\n');

/** Commands that run something; those of a group one by one. */
function leavesOf(program: Command): readonly Command[] {
  return program.commands.flatMap((one) => (one.commands.length > 0 ? leavesOf(one) : [one]));
}

/** `rcc farm plan`. */
function nameOf(command: Command): string {
  return [command.parent && nameOf(command.parent), command.name()].filter(Boolean).join(' ');
}

function commandText(command: Command): string {
  const help = command.createHelp();
  const usage = `${nameOf(command)} ${command.usage()}`.trim();
  return [
    `.SS ${roff(usage)}`,
    roff(command.description()),
    ...help
      .visibleArguments(command)
      .map((one: Argument) => item(one.name(), help.argumentDescription(one))),
    ...help
      .visibleOptions(command)
      .map((one: Option) => item(help.optionTerm(one), help.optionDescription(one))),
  ].join('\n');
}

function targetTexts(): readonly string[] {
  return targets
    .filter(({ options }) => options.length > 0)
    .flatMap(({ name, title, options }) => [
      `.SS ${roff(`${name} (${title})`)}`,
      ...options.map(({ flags, doc, default: usual }) => item(flags, `${doc} Default: ${usual}.`)),
    ]);
}

const exits: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'the result is not acceptable'],
  ['2', 'wrong use or input'],
  ['3', 'a tool is missing'],
  ['4', 'a tool failed'],
  ['5', 'not all of a farm is done yet'],
  ['130', 'interrupted'],
];

const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['RCC_CACHE_DIR', 'the cache of rcc; default: rcc in XDG_CACHE_HOME, or in ~/.cache'],
  ['RCC_ENGINE_CACHE', 'off: engines are built anew and none is kept'],
  ['TRTEXEC', 'trtexec, or the command that starts it'],
  ['NO_COLOR', 'set: no colours and no live line'],
];

/** The page as roff. */
export function manPage(program: Command): string {
  return [
    `.\\" ${mark} (rcc ${version}); \`rcc completion remove\` takes it away.`,
    `.TH RCC 1 "" "rcc ${version}" "User Commands"`,
    section('NAME', [roff('rcc - the ResNet compiler')]),
    section('SYNOPSIS', [`${bold('rcc')} ${roff('command [options] [arguments]')}`]),
    section('DESCRIPTION', [
      roff(program.description()),
      '.PP',
      roff('Results go to standard output, everything else to standard error.'),
    ]),
    section('COMMANDS', leavesOf(program).map(commandText)),
    section('OPTIONS OF TARGETS', targetTexts()),
    section(
      'EXIT STATUS',
      exits.map(([code, meaning]) => item(code, meaning)),
    ),
    section(
      'ENVIRONMENT',
      variables.map(([name, meaning]) => item(name, meaning)),
    ),
    '',
  ].join('\n');
}
