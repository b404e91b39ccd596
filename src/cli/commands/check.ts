import type { CommandDefinition } from '../command.ts';
import { specsHelp } from '../spec-arguments.ts';

export const checkCommand: CommandDefinition = {
  name: 'check',
  judges: true,
  description:
    'check specs: every mistake at once, and their params and flops against what they expect',
  declare(command) {
    command.argument('<specs...>', specsHelp);
  },
  async run([paths], context) {
    const { checkSpecs } = await import('../actions/check.ts');
    return await checkSpecs(paths as readonly string[], context);
  },
};
