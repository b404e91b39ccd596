import type { Command } from 'commander';
import type { CommandDefinition } from '../../command.ts';
import type { Shell } from '../../completion/scripts.ts';
import { declareShells } from './install.ts';

export const completionRemoveCommand: CommandDefinition = {
  name: 'completion remove',
  description: 'take away what rcc completion install wrote, and nothing else',
  declare(command) {
    declareShells(command, 'all, and the manual page');
  },
  async run([names, , command], context) {
    const { removeCompletion } = await import('../../actions/completion.ts');
    return await removeCompletion(names as readonly Shell[], command as Command, context);
  },
};
