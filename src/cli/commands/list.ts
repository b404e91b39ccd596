import type { CommandDefinition } from '../command.ts';

export const listCommand: CommandDefinition = {
  name: 'list',
  description: 'show the specs that come with rcc; every command takes them by their name',
  declare() {},
  async run() {
    const { listSpecs } = await import('../actions/list.ts');
    return await listSpecs();
  },
};
