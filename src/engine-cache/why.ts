import { type EngineKey, keyDigest } from '../../engines/engine-key.ts';
import { readEntry } from './entry.ts';
import { listEngines } from './list.ts';
import type { EngineCache } from './place.ts';

/** Value of a part that is known only when the model is made. */
export const unknownPart = '?';

/** A part of two keys that differs; empty where a key has no such part. */
export interface KeyDifference {
  readonly part: string;
  readonly wanted: string;
  readonly kept: string;
}

/** An entry of the cache that is not the one. */
export interface NearEntry {
  readonly digest: string;
  readonly model: string;
  /** ISO time. */
  readonly builtAt: string;
  readonly differences: readonly KeyDifference[];
}

/** Whether the cache has the engine of a key. */
export interface CacheAnswer {
  readonly digest: string;
  readonly key: EngineKey;
  /** `unknown`: not all parts are known, and `nearest` has no other one that differs. */
  readonly isKept: boolean | 'unknown';
  /** ISO time, where it is kept. */
  readonly builtAt?: string;
  /** The entry with the fewest other parts, where it is not kept and there is any. */
  readonly nearest?: NearEntry;
}

/** The parts in which two keys differ, as far as they are known. */
export function compareKeys(wanted: EngineKey, kept: EngineKey): readonly KeyDifference[] {
  const mine = new Map(Object.entries(wanted));
  const others = new Map(Object.entries(kept));
  return [...new Set([...mine.keys(), ...others.keys()])]
    .map((part) => ({ part, wanted: mine.get(part) ?? '', kept: others.get(part) ?? '' }))
    .filter((each) => each.wanted !== unknownPart && each.wanted !== each.kept);
}

async function nearestTo(cache: EngineCache, key: EngineKey): Promise<NearEntry | undefined> {
  const near = (await listEngines(cache)).flatMap(({ digest, entry }): NearEntry[] => {
    if (!entry) return [];
    const { model, builtAt } = entry;
    return [{ digest, model, builtAt, differences: compareKeys(key, entry.key) }];
  });
  // The sort is stable: of those that are equally near the one used last comes first.
  return near.toSorted((a, b) => a.differences.length - b.differences.length)[0];
}

/** Whether the cache has the engine of a key, else which entry is nearest and what differs. */
export async function askCache(cache: EngineCache, key: EngineKey): Promise<CacheAnswer> {
  const digest = keyDigest(key);
  const { entry } = await readEntry(cache.directory, digest);
  if (entry) return { digest, key, isKept: true, builtAt: entry.builtAt };
  const nearest = await nearestTo(cache, key);
  const isOpen = Object.values(key).includes(unknownPart) && nearest?.differences.length === 0;
  return { digest, key, isKept: isOpen ? 'unknown' : false, ...(nearest ? { nearest } : {}) };
}
