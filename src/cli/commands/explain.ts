import type { CommandDefinition } from '../command.ts';

export const explainCommand: CommandDefinition = {
  name: 'explain',
  description: 'print cause, example and cure of a diagnostic, or what a property of a spec means',
  declare(command) {
    command.argument('<name>', 'a code such as unknown-depth, or a property such as shortcut');
  },
  async run([name]) {
    const { explain } = await import('../actions/explain.ts');
    return explain(String(name));
  },
};
