import { listEngines } from '../../../engine-cache/list.ts';
import { engineCacheAt } from '../../../engine-cache/place.ts';
import { formatSize } from '../../../engine-cache/quantities.ts';
import type { CommandContext, CommandResult } from '../../command.ts';
import { paragraphs } from '../../text.ts';
import { countText, dataOf, entriesTable, totalBytes } from './entries.ts';

/** `rcc cache ls`: the engines that are kept, what was used last first. */
export async function listCache({ env }: CommandContext): Promise<CommandResult> {
  const cache = engineCacheAt(env);
  const stored = await listEngines(cache);
  const limit = formatSize(cache.limitBytes);
  const total = `${countText(stored)} of at most ${limit} in ${cache.directory}`;
  return {
    text: stored.length === 0 ? total : paragraphs([entriesTable(stored), total]),
    data: { ...cache, sizeBytes: totalBytes(stored), engines: stored.map(dataOf) },
  };
}
