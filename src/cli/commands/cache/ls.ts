import type { CommandDefinition } from '../../command.ts';

export const cacheLsCommand: CommandDefinition = {
  name: 'cache ls',
  description: 'the engines that are kept: of which model, release and GPU, how large, used when',
  declare() {},
  async run(_values, context) {
    const { listCache } = await import('../../actions/cache/ls.ts');
    return await listCache(context);
  },
};
