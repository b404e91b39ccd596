import { InvalidArgumentError } from 'commander';
import type { CommandDefinition } from '../../command.ts';
import { declareFarm } from './farm-argument.ts';
import { declareSubmitOptions, type SubmitCommandOptions } from './submit-options.ts';

/** States that are tried again, as people write them. */
const names = ['lost', 'timeout', 'failed', 'partial', 'unstable'] as const;
export type RetriedState = (typeof names)[number];

export interface FarmRetryCommandOptions extends SubmitCommandOptions {
  readonly only: readonly RetriedState[];
}

/** `node-lost,timeout` → its states. */
function parseStates(text: string): readonly RetriedState[] {
  return text.split(',').map((word) => {
    const name = word.trim().replace(/^node-/, '');
    const found = names.find((known) => known === name);
    if (found) return found;
    throw new InvalidArgumentError(
      `There are ${names.join(', ')}; several are written with commas.`,
    );
  });
}

export const farmRetryCommand: CommandDefinition = {
  name: 'farm retry',
  description: 'submit again what came to no figure, also what rcc farm run gives up',
  declare(command) {
    declareFarm(command);
    declareSubmitOptions(command);
    command.option(
      '--only <states>',
      'lost (or node-lost), timeout, failed, partial, unstable; several with commas',
      parseStates,
      names,
    );
  },
  async run([farm, options], context) {
    const { retryFarm } = await import('../../actions/farm/run.ts');
    return await retryFarm(farm as string, options as FarmRetryCommandOptions, context);
  },
};
