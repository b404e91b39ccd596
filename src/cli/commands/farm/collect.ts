import type { CommandDefinition } from '../../command.ts';
import { declareFarm } from './farm-argument.ts';

export const farmCollectCommand: CommandDefinition = {
  name: 'farm collect',
  description: 'the best attempt of each cell as its result, and bench.json of all, judged',
  declare: declareFarm,
  async run([farm], context) {
    const { collectFarm } = await import('../../actions/farm/collect.ts');
    return await collectFarm(farm as string, context);
  },
};
