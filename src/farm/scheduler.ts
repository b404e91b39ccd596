import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Site } from './site.ts';

export type SchedulerName = 'slurm' | 'ssh' | 'local';

/** A cell of the plan as a scheduler needs it: what to run, where, and for how long. */
export interface FarmTask {
  /** The cell's key: names `kits/<key>/` and `attempts/<key>/`. */
  readonly key: string;
  /** A GPU class of site.json, e.g. `t4`. */
  readonly gpu: string;
  /** After this long run.sh is sent TERM. Tasks of like limits share an array: the limit may be rounded up, never down. */
  readonly limitMinutes: number;
  /** In place of the site's container image. */
  readonly image?: string | undefined;
  /** Nodes where it is not to run, for it was lost there before. */
  readonly excludeNodes?: readonly string[] | undefined;
}

/** A folder of `rcc farm plan`. */
export interface Farm {
  /** Absolute; the same on the nodes, but for hosts of ssh that have a folder of their own. */
  readonly directory: string;
  /** Of letters, digits, `_`, `.` and `-`. Stays the same for a farm's whole life: its jobs are found by it, `rcc:<name>:<batch>`. */
  readonly name: string;
}

export interface SchedulerRequest {
  readonly farm: Farm;
  readonly site: Site;
  /** How many tasks of one GPU class run at once, at most; default: the site's. */
  readonly jobs?: number | undefined;
  /** A task that would not be done so many hours from now leaves the queue; without, it waits for ever. */
  readonly deadlineHours?: number | undefined;
  /** Takes the whole node for each task. */
  readonly exclusiveNode?: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** A task in the scheduler's hands. */
export interface SubmittedTask {
  readonly key: string;
  /** The attempts of it are `attempts/<key>/<id>.<restart>/`, e.g. id `4711_12`. */
  readonly id: string;
}

export interface Submission {
  /** What was handed over by this call. */
  readonly submitted: readonly SubmittedTask[];
  /** What waits or runs already and was not handed over again. */
  readonly alreadyThere: readonly SubmittedTask[];
  /** Why the rest was not handed over: nothing is lost, the next call does it. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LiveTask {
  readonly state: 'waiting' | 'running';
  /** Why it waits, in the scheduler's word, e.g. `Resources`. */
  readonly reason?: string | undefined;
  readonly node?: string | undefined;
}

export interface Liveness {
  /** Those that wait or run. */
  readonly tasks: ReadonlyMap<string, LiveTask>;
  /** Those of which the scheduler could not tell: they are neither alive nor gone. */
  readonly unknown: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Cancellation {
  /** Those of which the scheduler took note. */
  readonly cancelled: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What runs the kits of a farm. It is asked for nothing but what is in its hands: whether a cell is done is what its files say. An outside failure
 * is a diagnostic of the answer; nothing is thrown for it.
 */
export interface Scheduler {
  readonly name: SchedulerName;
  submit(tasks: readonly FarmTask[]): Promise<Submission>;
  alive(ids: readonly string[]): Promise<Liveness>;
  cancel(ids: readonly string[]): Promise<Cancellation>;
}
