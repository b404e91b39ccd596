import type { CommandDefinition } from '../../command.ts';
import { declareFarm } from './farm-argument.ts';

export const farmCancelCommand: CommandDefinition = {
  name: 'farm cancel',
  description: 'take back every task of the farm that waits or runs; what is done stays',
  declare: declareFarm,
  async run([farm], context) {
    const { cancelFarm } = await import('../../actions/farm/cancel.ts');
    return await cancelFarm(farm as string, context);
  },
};
