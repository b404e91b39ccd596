import type { Diagnostic } from '../src/diagnostics/diagnostic.ts';
import { sha256 } from '../src/io/sha256.ts';
import { version } from '../src/version.ts';

/** What decides an engine, as named parts, each a short text: same parts, same engine. */
export type EngineKey = Readonly<Record<string, string>>;

/** An engine that could be built. */
export interface PlannedEngine {
  readonly key: EngineKey;
  /** Notes and warnings of planning, for whoever takes the engine from elsewhere and does not build it. */
  readonly notes: readonly Diagnostic[];
}

/** The parts of a target's key, with the rcc that makes the model's numbers. */
export function engineKey(parts: EngineKey): EngineKey {
  return { ...parts, rcc: version };
}

const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

/** SHA-256 in hex of all parts, in whatever order they stand. */
export function keyDigest(key: EngineKey): string {
  const parts = Object.entries(key).toSorted(byName);
  return sha256(JSON.stringify(parts));
}
