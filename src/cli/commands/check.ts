import type { CommandDefinition } from '../command.ts';

export const checkCommand: CommandDefinition = {
  name: 'check',
  description:
    'check specs: every mistake at once, and their params and flops against what they expect',
  declare(command) {
    command.argument('<specs...>', 'spec files (.rn)');
  },
  async run([paths], context) {
    const { checkSpecs } = await import('../actions/check.ts');
    return await checkSpecs(paths as readonly string[], context);
  },
};
