import type { CommandDefinition } from '../../command.ts';
import { whole } from '../../whole-numbers.ts';
import { declareFarm } from './farm-argument.ts';

export interface FarmStatusCommandOptions {
  readonly watch?: boolean;
  readonly interval: number;
}

export const farmStatusCommand: CommandDefinition = {
  name: 'farm status',
  description:
    'how every cell stands and what to do next; ends with 0 all done, 1 some failed, 5 not all done yet',
  declare(command) {
    declareFarm(command);
    command
      .option('--watch', 'look again until nothing waits or runs')
      .option('--interval <s>', 'seconds between two looks', whole(1, 86_400), 30);
  },
  async run([farm, options], context) {
    const { showStatus } = await import('../../actions/farm/status.ts');
    return await showStatus(farm as string, options as FarmStatusCommandOptions, context);
  },
};
