import { Argument, type Command } from 'commander';
import type { CommandDefinition } from '../../command.ts';
import { type Shell, shells } from '../../completion/scripts.ts';

/** Declares the shells that are meant. */
export function declareShells(command: Command, usual: string): void {
  command.addArgument(
    new Argument('[shells...]', `shells that are meant (default: ${usual})`).choices(shells),
  );
}

export const completionInstallCommand: CommandDefinition = {
  name: 'completion install',
  description: 'complete rcc in your shell on a tab, and install its manual page',
  declare(command) {
    declareShells(command, 'the one in SHELL');
  },
  async run([names, , command], context) {
    const { installCompletion } = await import('../../actions/completion.ts');
    return await installCompletion(names as readonly Shell[], command as Command, context);
  },
};
