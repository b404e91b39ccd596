import { InvalidArgumentError } from 'commander';
import { readAge, readSize } from '../../../engine-cache/quantities.ts';
import type { CommandDefinition } from '../../command.ts';

export interface CacheGcCommandOptions {
  readonly maxSize?: number;
  readonly olderThan?: number;
  readonly dryRun?: boolean;
}

function parser(read: (text: string) => number | undefined, example: string) {
  return (text: string): number => {
    const value = read(text);
    if (value === undefined) throw new InvalidArgumentError(`It is written as ${example}.`);
    return value;
  };
}

export const cacheGcCommand: CommandDefinition = {
  name: 'cache gc',
  description: 'remove engines from the cache: what was used least lately goes first',
  declare(command) {
    command
      .option(
        '--max-size <size>',
        'most that is kept, as 5GiB or 500MB (default: RCC_ENGINE_CACHE, else 20GiB)',
        parser(readSize, '5GiB or 500MB'),
      )
      .option(
        '--older-than <age>',
        'remove what was not used for so long, as 30d or 12h',
        parser(readAge, '30d or 12h'),
      )
      .option('--dry-run', 'print what would go, and remove nothing');
  },
  async run([options], context) {
    const { collectCache } = await import('../../actions/cache/gc.ts');
    return await collectCache(options as CacheGcCommandOptions, context);
  },
};
