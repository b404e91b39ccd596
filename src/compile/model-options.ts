import type { Engine } from '../../engines/engine.ts';
import { type Target, type TimingLimits, timedBatchesOf } from '../../engines/target.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { EngineCache } from '../engine-cache/place.ts';
import type { CalibrationOptions } from './calibration-step.ts';
import type { Manifest } from './manifest.ts';
import type { CompileListener } from './phases.ts';
import type { GraphOptions } from './precision.ts';

/** What every command that makes or runs a model is told: the target, whose numbers, and what is asked of the graph. */
export interface ModelOptions extends GraphOptions, CalibrationOptions {
  readonly target: Target;
  /** Weights file; without one the spec's `weights`, and without that seeded synthetic numbers. */
  readonly weights?: string | undefined;
  /** Which network of the weights file: keys of dicts or the beginning of names, joined by dots. */
  readonly weightsKey?: string | undefined;
  readonly seed?: number | undefined;
  /** Batch that the graph fixes; default `N`, any. */
  readonly batch?: number | 'N' | undefined;
  /** Batches that are verified and timed where the graph leaves the batch free; default: the target's. */
  readonly batches?: readonly number[] | undefined;
  /** Where engines are kept that take long to build; default: they are built each time. */
  readonly engineCache?: EngineCache | undefined;
  readonly listener?: CompileListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options with the folder where the model is made. */
export interface MakeOptions extends ModelOptions {
  /** Folder of the artifact; made where it is missing. */
  readonly directory: string;
  /** Folder of an earlier artifact whose calibration is taken again where it fits; default: the same. */
  readonly earlier?: string | undefined;
  /** For the manifest: what makes the artifact again, as words after `rcc`, without its folder. */
  readonly command?: readonly string[] | undefined;
  /** For the manifest: what the training framework answers for one input. */
  readonly golden?: Manifest['reference'];
}

/** The sizes that are timed. */
export function timedBatches({ batch = 'N', batches, target }: ModelOptions): readonly number[] {
  return batch === 'N' ? timedBatchesOf(target, batches) : [batch];
}

/** The sizes in which pictures go through the engine to be judged; undefined: all at once. */
export function verifiedBatches({ batches, target }: ModelOptions): readonly number[] | undefined {
  return batches ?? (target.batches === 'any' ? undefined : target.batches);
}

/** The engine of a target that is to run something here. */
export function engineOf({ name, engine }: Target): Engine {
  return engine ?? fail('target-without-engine', { target: name });
}

/** About a second for each figure, or a single run where that takes longer: `rcc bench` measures. */
export const firstImpression: TimingLimits = { warmUpMs: 200, durationMs: 800, minIterations: 1 };

/** A figure that is worth comparing: a processor's run may take a second, a GPU's a thousandth of it. */
export function benchLimits({ minIterations }: Pick<Target, 'minIterations'>): TimingLimits {
  return { warmUpMs: 500, durationMs: 3000, minIterations };
}
