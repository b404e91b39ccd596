import type { CommandDefinition } from '../../command.ts';
import { declareHelpNote } from '../../help.ts';
import { declareBatchOptions, declareWeightsOptions } from '../../options.ts';
import { declarePrecisionOptions, type PrecisionCommandOptions } from '../../precision-options.ts';
import { specsHelp } from '../../spec-arguments.ts';
import { declareTargetOptions } from '../../target-options.ts';
import { declareTimingOptions, type TimingCommandOptions } from '../../timing-options.ts';
import { whole } from '../../whole-numbers.ts';
import { usualFarm } from './farm-argument.ts';

export interface FarmPlanCommandOptions extends PrecisionCommandOptions, TimingCommandOptions {
  readonly weights?: string;
  readonly weightsKey?: string;
  readonly seed?: number;
  readonly batch?: number;
  readonly batches?: readonly number[];
  readonly gpu?: string;
  readonly trt?: string;
  readonly site?: string;
  readonly image?: string;
  readonly limit?: number;
  readonly cache?: string;
  readonly output: string;
}

export const farmPlanCommand: CommandDefinition = {
  name: 'farm plan',
  description: 'plan what is to be measured on which GPUs, and what it will cost; submits nothing',
  declare(command) {
    command.argument('<specs...>', specsHelp);
    declarePrecisionOptions(command);
    declareWeightsOptions(command);
    declareBatchOptions(command);
    command
      .option('-o, --output <dir>', 'folder of the farm', usualFarm)
      .option('--site <file>', 'site.json of the lab, which is copied into the farm')
      .option('--image <name>', 'container image, in place of that of site.json')
      .option(
        '--limit <minutes>',
        'minutes that a task is given (default: by its cost, at least 10)',
        whole(1, 525_600),
      )
      .option('--cache <dir>', 'folder of results that farms share: what is in it is done');
    declareTimingOptions(command);
    declareTargetOptions(command);
    declareHelpNote(
      command,
      '--gpu takes several classes with commas (t4,v100), --trt several releases: each is a cell of its own.',
    );
  },
  async run([paths, options], context) {
    const { planFarm } = await import('../../actions/farm/plan.ts');
    return await planFarm(paths as readonly string[], options as FarmPlanCommandOptions, context);
  },
};
