import type { CommandDefinition } from '../command.ts';
import { specsHelp } from '../spec-arguments.ts';

export interface FmtCommandOptions {
  readonly check?: boolean;
}

export const fmtCommand: CommandDefinition = {
  name: 'fmt',
  description: 'write specs in their one form: a property a line, values in a column',
  declare(command) {
    command
      .argument('<specs...>', specsHelp)
      .option('--check', 'write nothing; an error for each file that is not in that form');
  },
  async run([paths, options], _context) {
    const { formatFiles } = await import('../actions/fmt.ts');
    return await formatFiles(paths as readonly string[], options as FmtCommandOptions);
  },
};
