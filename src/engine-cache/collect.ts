import { removeStalePartials } from '../io/partial-names.ts';
import { listEngines, type StoredEntry } from './list.ts';
import type { EngineCache } from './place.ts';
import { removeEntry } from './remove.ts';

export interface CollectRequest {
  /** Default: the cache's own limit. */
  readonly maxBytes?: number | undefined;
  /** Entries that were not used for so long go too. */
  readonly olderThanMs?: number | undefined;
  /** Removes nothing. */
  readonly isDryRun?: boolean | undefined;
}

/** What went, or would go, and what stays. */
export interface Collection {
  readonly removed: readonly StoredEntry[];
  readonly kept: readonly StoredEntry[];
}

/** Which go: damaged ones, old ones, and from the one used last on those that the bound leaves no room for. */
export function chooseEntries(
  stored: readonly StoredEntry[],
  { maxBytes, oldestMs }: { readonly maxBytes: number; readonly oldestMs: number },
): Collection {
  const removed: StoredEntry[] = [];
  const kept: StoredEntry[] = [];
  let sizeBytes = 0;
  for (const one of stored) {
    const fits = sizeBytes + one.sizeBytes <= maxBytes;
    const stays = one.entry !== undefined && one.usedAtMs >= oldestMs && fits;
    if (stays) sizeBytes += one.sizeBytes;
    (stays ? kept : removed).push(one);
  }
  return { removed, kept };
}

/** Brings the cache below its bound and removes what killed runs left. Entries that other processes use or make meanwhile do them no harm. */
export async function collectEngines(
  cache: EngineCache,
  { maxBytes = cache.limitBytes, olderThanMs, isDryRun = false }: CollectRequest = {},
): Promise<Collection> {
  const { directory } = cache;
  if (!isDryRun) await removeStalePartials(directory);
  const oldestMs = olderThanMs === undefined ? 0 : Date.now() - olderThanMs;
  const chosen = chooseEntries(await listEngines(cache), { maxBytes, oldestMs });
  if (isDryRun) return chosen;
  const removed: StoredEntry[] = [];
  for (const one of chosen.removed) {
    if (await removeEntry(directory, one.digest)) removed.push(one);
  }
  return { ...chosen, removed };
}
