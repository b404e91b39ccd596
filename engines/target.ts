import type { GraphForm } from '../codegen/passes/graph-form.ts';
import { isWritten, type Precision } from '../codegen/precisions.ts';
import type { Diagnostic } from '../src/diagnostics/diagnostic.ts';
import type { DoctorRow } from './doctor-row.ts';
import type { Engine, MeasureRequest } from './engine.ts';
import type { EngineCheck } from './engine-check.ts';
import type { EngineKey, PlannedEngine } from './engine-key.ts';
import type { ModelFacts } from './model-facts.ts';
import type { OptionRow, OptionValues } from './option-row.ts';
import type { ServeRequest, Serving } from './serving.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How much is measured for one figure. */
export type TimingLimits = Pick<MeasureRequest, 'warmUpMs' | 'durationMs' | 'minIterations'>;

/** What a target is chosen for. */
export interface TargetRequest {
  readonly precision: Precision;
  /** Batch sizes that engines are built, verified and timed for; absent: the target's own. */
  readonly batches?: readonly number[] | undefined;
  readonly env: Environment;
  /** What its engine is to do on this machine, in a word: `timing`. A target that cannot refuses at once. Absent: it is built only. */
  readonly doing?: string | undefined;
  /** Nothing is going to run: the options may name another machine than this one. */
  readonly isPlan?: boolean | undefined;
  /** What was found out of this machine already: requests that share it ask for each part once. */
  readonly found?: Map<string, Promise<unknown>> | undefined;
  readonly onNote?: ((note: Diagnostic) => void) | undefined;
}

/** A target that is ready, for one precision. */
export interface Target {
  readonly name: string;
  /** Which target and why, in a few words: the first line of a compilation. */
  readonly reason: string;
  readonly precision: Precision;
  /** The graph that it wants. */
  readonly form: GraphForm;
  /** The release that the form is for, where that decides it: `TensorRT 8.6.1`. */
  readonly release?: string | undefined;
  /** Batch sizes of its engines, which are checked one after the other; `any`: an engine takes all pictures at once. */
  readonly batches: 'any' | readonly number[];
  /** Whose layers stand in layers.json. */
  readonly layers: 'engine' | 'graph';
  /** Whether FP32 may be computed as TF32; absent: it does not say. */
  readonly tf32?: boolean | undefined;
  /** Whether float16 is computed as such, or a float16 graph shows the rounding of its weights only. */
  readonly float16: 'computed' | 'widened';
  /** Least number of counted runs of a figure that is worth comparing. */
  readonly minIterations: number;
  /** Absent where the model is written and nothing is built. */
  readonly engine?: Engine | undefined;
  /**
   * What decides the engine of a model, or in a clause why no key can tell it. Absent: its engines are built in about the time that a copy takes,
   * and are not kept. Throws DiagnosticError where the model cannot be built so.
   */
  readonly plannedEngine?: ((model: ModelFacts) => PlannedEngine | string) | undefined;
  /** What a compilation would start. Throws DiagnosticError where the model cannot be built so. */
  readonly plan?: ((request: PlanRequest) => TargetPlan) | undefined;
}

export interface PlanRequest {
  readonly model: ModelFacts;
  readonly limits: TimingLimits;
  /** Whether the engines are timed. */
  readonly isTimed: boolean;
}

/** A file that a compilation would leave, or need while it runs. */
export interface PlannedFile {
  readonly role: string;
  readonly path: string;
}

/** One program that a compilation would start. */
export interface PlannedCommand {
  readonly kind: string;
  /** For people: `build batch 4`. */
  readonly title: string;
  readonly batch?: number;
  /** Program and arguments, nothing quoted. */
  readonly command: readonly string[];
  readonly log: string;
}

export interface TargetPlan {
  /** Machine and graph, for people. */
  readonly title: string;
  /** The same as data, under the target's own name. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly commands: readonly PlannedCommand[];
  readonly files: readonly PlannedFile[];
  readonly key: EngineKey;
  readonly notes: readonly Diagnostic[];
}

export interface DoctorRequest<O> {
  readonly env: Environment;
  readonly options: O;
  readonly signal?: AbortSignal | undefined;
  /** Is told at once what takes long. */
  readonly onNote?: ((note: Diagnostic) => void) | undefined;
}

export interface SetUpRequest<O> extends DoctorRequest<O> {
  /** Whether what is there and whole is made anew all the same. */
  readonly force?: boolean | undefined;
  report(progress: string): void;
}

/** Whether an engine fits this machine. */
export interface TargetCheck {
  readonly checks: readonly EngineCheck[];
  /** Why the machine could not be asked. */
  readonly diagnostics?: readonly Diagnostic[];
}

/**
 * A target: all that rcc knows of one place where networks run. Everything outside of its folder reads this; the list is in src/targets/targets.ts.
 * The definition is read when the command line starts, so its functions load what they need.
 */
export interface TargetDefinition<O = unknown, Name extends string = string> {
  /** As --target takes it, in manifests and in measurements. */
  readonly name: Name;
  /** In headings: `TensorRT`. */
  readonly title: string;
  /** Whether engines are kept in the cache; absent: they are built in about the time that a copy takes, or none is built. */
  readonly keepsEngines?: true;
  /** What it computes in; absent: every precision that graphs are written in. */
  readonly precisions?: readonly Precision[];
  /** Names of the files that its builds leave in an artifact's folder: those of an earlier engine leave when another comes. Absent: none. */
  readonly ownFiles?: readonly RegExp[];
  readonly options: readonly OptionRow[];
  /** Checks what was given, as texts or as typed values, and fills in the defaults. Throws DiagnosticError `option-value`. */
  read(given: OptionValues): Promise<O>;
  /** Throws DiagnosticError where it is not to be had. */
  choose(options: O, request: TargetRequest): Promise<Target>;
  /** For `--target auto`: the target where it can be used here, or why not in one sentence; undefined: the user wants it left alone. Absent: only who asks for it by name gets it. */
  find?(options: O, request: TargetRequest): Promise<Target | string | undefined>;
  /** What it needs on this machine; absent: nothing. */
  doctor?(request: DoctorRequest<O>): Promise<readonly DoctorRow[]>;
  /** Installs what can be installed, into an environment of rcc's own; says what stands where. */
  setUp?(request: SetUpRequest<O>): Promise<string>;
  /** An engine's facts beside this machine. `path` is the manifest's. Throws DiagnosticError where facts have another form. */
  check?(
    facts: unknown,
    request: DoctorRequest<O> & { readonly path: string },
  ): Promise<TargetCheck>;
  /** What its engines mean to an inference server; absent: no server loads them. Throws DiagnosticError where facts have another form, or a server cannot take them. */
  serve?(request: ServeRequest): Promise<Serving>;
}

/** Whether a target computes in a precision at all; whether this machine and a release do, it says itself. */
export function takesPrecision(
  { precisions }: Pick<TargetDefinition, 'precisions'>,
  precision: Precision,
): boolean {
  return precisions?.includes(precision) ?? isWritten(precision);
}

/** Batches that are timed where neither the user nor the target says more: those of the published tables. */
export const publishedBatches: readonly number[] = [1, 4, 8];

/** The sizes at which a target's engine is timed. */
export function timedBatchesOf({ batches }: Target, asked: readonly number[] | undefined) {
  return asked ?? (batches === 'any' ? publishedBatches : batches);
}
