import type { BuiltEngine } from '../../engines/engine.ts';
import { keyDigest, type PlannedEngine } from '../../engines/engine-key.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { errorCode } from '../diagnostics/error-code.ts';
import { collectEngines } from './collect.ts';
import type { EngineCache } from './place.ts';
import { putEngine } from './put.ts';
import { removeEntry } from './remove.ts';
import { takeEngine } from './take.ts';

export interface CachedBuild {
  readonly planned: PlannedEngine;
  readonly model: string;
  /** Folder of the artifact. */
  readonly directory: string;
  build(): Promise<BuiltEngine>;
  onNote?(note: Diagnostic): void;
}

/** An engine with what the cache has to do with it. */
export interface CachedEngine {
  readonly built: BuiltEngine;
  /** ISO time at which an engine was built that was taken from the cache; absent: it was built now. */
  readonly takenFrom?: string | undefined;
  /** Takes the engine out of the cache: it failed its check. */
  forget(): Promise<void>;
}

/** Why the cache cannot be used, in a few words; a bug throws. */
function reasonOf(error: unknown): string {
  if (error instanceof DiagnosticError) return error.diagnostics[0]?.message ?? 'unknown';
  const code = errorCode(error);
  if (code === undefined) throw error;
  return code;
}

async function keep(cache: EngineCache, work: CachedBuild, built: BuiltEngine): Promise<void> {
  const { planned, model, directory } = work;
  try {
    await putEngine(cache, { key: planned.key, model, directory, built });
    await collectEngines(cache);
  } catch (error) {
    const facts = { path: cache.directory, reason: reasonOf(error) };
    work.onNote?.(createDiagnostic('engine-cache-unusable', facts));
  }
}

/** The engine of the key out of the cache, else built and kept. A cache that cannot be read or written is no failure of a build: it is a note. */
export async function takeOrBuild(cache: EngineCache, work: CachedBuild): Promise<CachedEngine> {
  const { planned, directory } = work;
  const digest = keyDigest(planned.key);
  const forget = async () => void (await removeEntry(cache.directory, digest));
  const { built: taken, builtAt, problem } = await takeEngine(cache, planned.key, directory);
  if (taken) {
    for (const note of planned.notes) work.onNote?.(note);
    const forgetTaken = async () => {
      await forget();
      work.onNote?.(createDiagnostic('engine-cache-dropped', {}));
    };
    return { built: taken, takenFrom: builtAt, forget: forgetTaken };
  }
  if (problem) work.onNote?.(createDiagnostic('engine-cache-damaged', { digest, problem }));
  const built = await work.build();
  await keep(cache, work, built);
  return { built, forget };
}
