import { type Precision, precisionNames, referencePrecision } from '../../codegen/precisions.ts';
import type { Environment, Target } from '../../engines/target.ts';
import type { ModelOptions } from '../compile/model-options.ts';
import { type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { requireKnown } from '../diagnostics/require-known.ts';
import { engineCacheFor } from '../engine-cache/place.ts';
import { auto, chooseTarget as chooseByIntent } from '../targets/choose-target.ts';
import { readTargetSettings } from '../targets/target-settings.ts';
import type { TargetName, TargetSettings } from '../targets/targets.ts';
import { checkNumbers } from './check-numbers.ts';

/** Where a model is to run, with the options of each target under its name: `{ target: 'tensorrt', tensorrt: { workspaceMiB: 4096 } }`. */
export interface TargetChoice extends TargetSettings {
  /** Default `auto`: the first that can be used on this machine. */
  readonly target?: TargetName | typeof auto | undefined;
  /** Default `fp32`. */
  readonly precision?: Precision | undefined;
  /** Default `process.env`. */
  readonly env?: Environment | undefined;
}

/** What every function that makes or runs a model is told. Everything may be left out, as on the command line. */
export interface ModelRequest extends Omit<ModelOptions, 'target' | 'engineCache'>, TargetChoice {
  /** Whether engines that take long to build are taken from the cache and kept there; default true. */
  readonly engineCache?: boolean | undefined;
}

/** What an engine is to do on this machine, in a word: a target that cannot refuses at once. */
type Doing = 'running' | 'timing';

/** A request with its target, ready. */
export interface ReadyModel {
  readonly model: ModelOptions;
  /** Options without effect. */
  readonly warnings: readonly Diagnostic[];
}

/** Batches that engines are built for. Throws DiagnosticError where two options contradict each other. */
function batchesOf({ batch = 'N', batches }: ModelRequest): readonly number[] | undefined {
  if (batch === 'N') return batches;
  if (batches !== undefined) fail('batches-of-fixed-graph', { batch });
  return [batch];
}

/** Checks a request and chooses its target. Throws DiagnosticError with what cannot be. */
export async function readyModel(
  request: ModelRequest,
  doing?: Doing,
  found?: Map<string, Promise<unknown>>,
): Promise<ReadyModel> {
  const { target: name = auto, precision = referencePrecision, env = process.env } = request;
  requireKnown('precision', precision, precisionNames);
  checkNumbers(request);
  const { intent, warnings } = await readTargetSettings(name, request);
  const target = await chooseByIntent(intent, {
    precision,
    env,
    doing,
    batches: batchesOf(request),
    found,
    onNote: (note) => request.listener?.onNote?.(note),
  });
  const engineCache = engineCacheFor(env, request.engineCache);
  return { model: { ...request, target, engineCache }, warnings };
}

/**
 * The target of a request, ready for its precision: for `compileSpec` and its like, and to load and run engines with (`target.engine`).
 * Options without effect are told to the listener. Throws DiagnosticError where the target is not to be had here.
 */
export async function chooseTarget(request: ModelRequest = {}): Promise<Target> {
  const { model, warnings } = await readyModel(request);
  for (const warning of warnings) request.listener?.onNote?.(warning);
  return model.target;
}
