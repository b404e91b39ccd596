import type { CommandDefinition } from '../command.ts';

export const listCommand: CommandDefinition = {
  name: 'list',
  description: 'show the specs that come with rcc; every command takes them by their name',
  declare(command) {
    command.argument(
      '[words...]',
      'only those whose names hold these words: `timm`, `res2net vd` (default: the published networks)',
    );
  },
  async run([words]) {
    const { listSpecs } = await import('../actions/list.ts');
    return await listSpecs(words as readonly string[]);
  },
};
