import type { CommandDefinition } from '../../command.ts';
import { declareFarm } from './farm-argument.ts';
import { declareSubmitOptions, type SubmitCommandOptions } from './submit-options.ts';

export interface FarmRunCommandOptions extends SubmitCommandOptions {
  readonly again?: boolean;
}

export const farmRunCommand: CommandDefinition = {
  name: 'farm run',
  description: 'submit what is not done, and return; run again, it submits nothing twice',
  declare(command) {
    declareFarm(command);
    declareSubmitOptions(command);
    command.option('--again', 'measure what is done anew, as a further attempt');
  },
  async run([farm, options], context) {
    const { runFarm } = await import('../../actions/farm/run.ts');
    return await runFarm(farm as string, options as FarmRunCommandOptions, context);
  },
};
