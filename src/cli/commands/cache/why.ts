import { largestBatch } from '../../../../engines/timing-rows.ts';
import type { CommandDefinition } from '../../command.ts';
import { declareModelOptions, type ModelCommandOptions } from '../../options.ts';
import { declareTargetOptions } from '../../target-options.ts';
import { whole, wholeList } from '../../whole-numbers.ts';

export interface CacheWhyCommandOptions extends ModelCommandOptions {
  readonly batch?: number;
  readonly batches?: readonly number[];
}

export const cacheWhyCommand: CommandDefinition = {
  name: 'cache why',
  description: 'whether a compilation would find its engine in the cache, else what differs',
  declare(command) {
    command.argument(
      '<models...>',
      'spec files, with the options of the compilation; or folders of artifacts',
    );
    declareModelOptions(command);
    command
      .option('--batch <n>', 'fixed batch size (default: any, `N`)', whole(1, largestBatch))
      .option(
        '--batches <list>',
        'batch sizes of the engines (default: 1,4,8; with --profile its own)',
        wholeList(1, largestBatch),
      );
    declareTargetOptions(command);
  },
  async run([paths, options], context) {
    const { explainCache } = await import('../../actions/cache/why.ts');
    return await explainCache(
      paths as readonly string[],
      options as CacheWhyCommandOptions,
      context,
    );
  },
};
