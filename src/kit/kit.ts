import type { Precision } from '../../codegen/precisions.ts';
import type { Verdict } from '../../engines/compare.ts';
import type { TimingLimits } from '../../engines/target.ts';
import type { TensorrtOptions } from '../../engines/tensorrt/planning/options.ts';
import type { Manifest } from '../compile/manifest.ts';
import type { MakeOptions } from '../compile/model-options.ts';
import type { ModelMeasurement } from '../compile/timing.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import type { KitFacts } from './kit-facts.ts';
import type { KitKeyParts } from './kit-key.ts';

/** What a kit is made of. */
export interface KitOptions extends Omit<MakeOptions, 'target'> {
  readonly spec: Spec;
  readonly precision: Precision;
  /** GPU class (`t4`, `7.5`); `trt` absent: every release whose graph is the newest's. */
  readonly tensorrt: TensorrtOptions & { readonly gpu: string };
  /** How long each batch is timed; default as `rcc bench`. */
  readonly timing?: TimingLimits | undefined;
}

/** A kit that was made, or found in a folder. */
export interface Kit {
  readonly directory: string;
  readonly key: string;
  readonly keyParts: KitKeyParts;
  readonly manifest: Manifest;
  readonly facts: KitFacts;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * How an attempt stands. Decided by what lies in its folder alone:
 * `done` all batches timed and verified; `failed` trtexec or a check ended it and the same input would fail again; `timeout` it was told to end
 * (SIGTERM); `partial` some batches are timed; `unstable` all are timed, but throttled, shared or noisy; `lost` it has no exit.json: it still runs, or was
 * killed. Who started it knows which.
 */
export const attemptStates = ['done', 'failed', 'timeout', 'partial', 'unstable', 'lost'] as const;
export type AttemptState = (typeof attemptStates)[number];

/** An attempt, judged as if rcc had run there. */
export interface JudgedAttempt {
  readonly directory: string;
  readonly state: AttemptState;
  readonly model: string;
  readonly precision: Precision;
  /** Rows of a bench file, of the batches that are timed and whose outputs passed, `stable` or not. */
  readonly measurements: readonly ModelMeasurement[];
  /** Batches that have no such row. */
  readonly missing: readonly number[];
  /** By batch; absent where outputs are. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Whether the stand-in of the tests made it: nothing in it was measured. */
  readonly isStandIn: boolean;
  /** The state with its next step, and all that speaks against the figures. */
  readonly diagnostics: readonly Diagnostic[];
}
