import { Argument, type Command } from 'commander';
import type { CommandDefinition } from '../../command.ts';
import { type Shell, shells } from '../../completion/scripts.ts';

export const completionShowCommand: CommandDefinition = {
  name: 'completion show',
  description: 'print the script of a shell, or the manual page, to install it yourself',
  declare(command) {
    command.addArgument(
      new Argument('<what>', 'script of a shell, or man: rcc(1)').choices([...shells, 'man']),
    );
  },
  async run([what, , command]) {
    const { showCompletion } = await import('../../actions/completion.ts');
    return showCompletion(what as Shell | 'man', command as Command);
  },
};
