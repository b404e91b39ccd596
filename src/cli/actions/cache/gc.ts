import { type Collection, collectEngines } from '../../../engine-cache/collect.ts';
import { engineCacheAt } from '../../../engine-cache/place.ts';
import type { CommandContext, CommandResult } from '../../command.ts';
import type { CacheGcCommandOptions } from '../../commands/cache/gc.ts';
import { paragraphs, type Text } from '../../text.ts';
import { countText, dataOf, entriesTable } from './entries.ts';

function describe({ removed, kept }: Collection, isDryRun: boolean): Text {
  const done = isDryRun ? 'would be removed' : 'removed';
  const left = isDryRun ? 'would be kept' : 'kept';
  const total = `${countText(removed)} ${done}; ${countText(kept)} ${left}`;
  return removed.length === 0 ? total : paragraphs([entriesTable(removed), total]);
}

/** `rcc cache gc`: brings the cache below its bound, and says what went. */
export async function collectCache(
  { maxSize: maxBytes, olderThan: olderThanMs, dryRun: isDryRun = false }: CacheGcCommandOptions,
  { env }: CommandContext,
): Promise<CommandResult> {
  const cache = engineCacheAt(env);
  const collection = await collectEngines(cache, { maxBytes, olderThanMs, isDryRun });
  const { removed, kept } = collection;
  return {
    text: describe(collection, isDryRun),
    data: { ...cache, isDryRun, removed: removed.map(dataOf), kept: kept.map(dataOf) },
  };
}
