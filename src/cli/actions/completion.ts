import { basename } from 'node:path';
import type { Command } from 'commander';
import { append } from '../../collections/append.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { type Change, installParts, removePart } from '../completion/install.ts';
import { manPage } from '../completion/man-page.ts';
import { manPart, type Part, shellPart } from '../completion/places.ts';
import { type Shell, scripts, shells } from '../completion/scripts.ts';
import { formatTable } from '../table.ts';
import { type Text, verbatim } from '../text.ts';

/** The command that all others hang below. */
function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

/** The shells that were named, else the user's own. Throws DiagnosticError where rcc has none for it. */
function meantShells(names: readonly Shell[], { env }: CommandContext): readonly Shell[] {
  if (names.length > 0) return [...new Set(names)];
  const own = basename(env.SHELL ?? '');
  const known = shells.find((shell) => shell === own);
  return [known ?? fail('completion-shell-unknown', { shell: own, known: shells })];
}

function describe(changes: readonly Change[]): Text {
  const rows = changes.map(({ path, state }) => [path, state]);
  return formatTable(['file', ''], rows, ['left', 'left']);
}

function partsOf(
  chosen: readonly Shell[],
  command: Command,
  { env }: CommandContext,
): readonly Part[] {
  return [...chosen.map((shell) => shellPart(shell, env)), manPart(rootOf(command), env)];
}

/** `rcc completion install`: the script of each shell, the lines that read it, and rcc(1). */
export async function installCompletion(
  names: readonly Shell[],
  command: Command,
  context: CommandContext,
): Promise<CommandResult> {
  const parts = partsOf(meantShells(names, context), command, context);
  const changes = await installParts(parts);
  const page = parts.at(-1)?.file.path ?? '';
  return {
    text: [
      describe(changes),
      '',
      'It works in every shell that is started from now on, where `rcc` is a command; `man rcc` shows the manual.',
      verbatim(`  where man does not find it: man ${page}`),
      verbatim('  to undo it: rcc completion remove'),
    ],
    data: changes,
  };
}

/** `rcc completion remove`: what was installed goes, of all shells where none is named. */
export async function removeCompletion(
  names: readonly Shell[],
  command: Command,
  context: CommandContext,
): Promise<CommandResult> {
  const parts =
    names.length > 0
      ? names.map((shell) => shellPart(shell, context.env))
      : partsOf(shells, command, context);
  const changes: Change[] = [];
  for (const part of parts) append(changes, await removePart(part));
  return {
    text: changes.length > 0 ? describe(changes) : 'Nothing of rcc is installed there.',
    data: changes,
  };
}

/** `rcc completion show`: what would be installed. */
export function showCompletion(what: Shell | 'man', command: Command): CommandResult {
  const text = what === 'man' ? manPage(rootOf(command)) : scripts[what];
  return { text: verbatim(text.trimEnd()), data: { what, text } };
}
