import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { EngineCache } from '../engine-cache/place.ts';
import { askCache, type CacheAnswer } from '../engine-cache/why.ts';
import type { Spec } from '../language/spec.ts';
import { targets } from '../targets/targets.ts';
import type { MakeOptions } from './model-options.ts';
import { planModel } from './planned-model.ts';
import { readManifest } from './read-manifest.ts';

/** Whether the engine cache has what a compilation wants. */
export interface AskedModel {
  readonly model: string;
  readonly precision: string;
  readonly target: string;
  /** Absent where the target's engines are not kept. */
  readonly answer?: CacheAnswer;
  /** Why they are not, in a clause. */
  readonly reason?: string;
  /** Why a part of the key is not known yet. */
  readonly unknown?: Diagnostic;
}

const keepsEngines = (target: string): boolean =>
  targets.some(({ name, keepsEngines: keeps }) => name === target && keeps);

/** Why the engines of a target are never kept. */
function neverKept(buildsEngines: boolean): string {
  return buildsEngines
    ? 'never kept, since engines of this target are built as fast as they are copied'
    : 'never kept, since this target builds no engine';
}

/** Whether the cache has the engine that an artifact was made with. Throws DiagnosticError where it has no manifest. */
export async function askArtifact(cache: EngineCache, directory: string): Promise<AskedModel> {
  const { model, precision, target, engineKey, engines } = await readManifest(directory);
  const named = { model, precision, target };
  if (!engineKey && !keepsEngines(target))
    return { ...named, reason: neverKept(engines.length > 0) };
  return engineKey
    ? { ...named, answer: await askCache(cache, engineKey.parts) }
    : { ...named, reason: 'its manifest tells no key, so its engine was not kept' };
}

/** Whether the cache has the engine that a spec would be compiled into. Throws DiagnosticError where it would be refused. */
export async function askSpec(
  cache: EngineCache,
  spec: Spec,
  options: MakeOptions,
): Promise<AskedModel> {
  const { target } = options;
  const named = { model: spec.name, precision: target.precision, target: target.name };
  if (!target.plannedEngine) {
    return { ...named, reason: neverKept(target.engine !== undefined) };
  }
  const { facts, unknown } = await planModel(spec, options);
  const planned = target.plannedEngine(facts);
  if (typeof planned === 'string') return { ...named, reason: `not kept, since ${planned}` };
  const answer = await askCache(cache, planned.key);
  return { ...named, answer, ...(unknown ? { unknown } : {}) };
}
