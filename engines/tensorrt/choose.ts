import { DiagnosticError, fail } from '../../src/diagnostics/diagnostic.ts';
import { defaultCacheDirectory } from '../../src/io/cache-directory.ts';
import { splitCommand } from '../command-text.ts';
import { flagOf } from '../option-row.ts';
import { publishedBatches, type Target, type TargetRequest } from '../target.ts';
import { findUsable } from './machine/auto.ts';
import type { TrtexecTool } from './machine/find.ts';
import { inspectMachine, type TensorrtMachine } from './machine/machine.ts';
import { checkPrecision, checkSupport, parseGpu } from './planning/gpu.ts';
import { type TensorrtIntent, tensorrtIntent } from './planning/intent.ts';
import { rowOf } from './planning/option-rows.ts';
import type { TensorrtOptions } from './planning/options.ts';
import { graphFor } from './planning/precision-recipes.ts';
import { resolveRelease } from './planning/release.ts';
import { planFor } from './planning/target-plan.ts';
import { createTensorrtEngine } from './running/driver.ts';
import { plannedEngine } from './running/planned-engine.ts';

/** trtexec and the GPU of this machine. Throws DiagnosticError. */
function findMachine(
  { trtexec, device }: TensorrtOptions,
  { env, found, onNote }: TargetRequest,
): Promise<TensorrtMachine> {
  const key = JSON.stringify(['tensorrt', trtexec, device]);
  const known = found?.get(key) as Promise<TensorrtMachine> | undefined;
  const machine = known ?? inspectMachine({ env, device, trtexec, onNote });
  found?.set(key, machine);
  return machine;
}

/** What speaks against an engine of the precision on the machine, whatever the model. */
function refusalsOf({ gpu, release }: TensorrtMachine, { precision }: TargetRequest) {
  return [...checkSupport(gpu, release), ...checkPrecision(gpu, precision)].filter(
    ({ severity }) => severity === 'error',
  );
}

/** A profile's own sizes where nobody says which. */
function batchesFor({ profile }: TensorrtOptions, asked: readonly number[] | undefined): number[] {
  if (asked) return [...asked];
  return profile ? [...new Set([profile.min, profile.opt, profile.max])] : [...publishedBatches];
}

/** What is wanted of TensorRT: its options with precision and batches. */
export function intentOf(
  options: TensorrtOptions,
  request: Pick<TargetRequest, 'precision' | 'batches'>,
): TensorrtIntent {
  const { trtexec: _, trt: _trt, gpu: _gpu, ...own } = options;
  const { precision } = request;
  return tensorrtIntent({ ...own, precision, batches: batchesFor(options, request.batches) });
}

function targetOn(
  machine: TensorrtMachine,
  options: TensorrtOptions,
  request: TargetRequest,
  why: string,
): Target {
  const { precision, env, onNote } = request;
  const intent = intentOf(options, request);
  const cacheDirectory = defaultCacheDirectory(env);
  const { version } = machine.release;
  return {
    name: 'tensorrt',
    reason: `tensorrt ${version} on ${machine.gpu.name}, ${why}`,
    precision,
    form: graphFor(intent, machine.release),
    release: `TensorRT ${version}`,
    batches: intent.batches,
    layers: 'engine',
    tf32: intent.tf32,
    float16: 'computed',
    minIterations: 100,
    engine: createTensorrtEngine({ machine, intent, cacheDirectory, ...(onNote && { onNote }) }),
    plannedEngine: (model) => plannedEngine({ machine, intent, cacheDirectory }, model),
    plan: (plan) => planFor(intent, machine, plan),
  };
}

function toolOf({ trtexec }: TensorrtOptions): TrtexecTool {
  const [program = 'trtexec', ...rest] = splitCommand(trtexec ?? '');
  return { command: [program, ...rest], source: '--trtexec' };
}

function plannedOn({
  tool,
  release,
  gpu,
}: Pick<TensorrtMachine, 'tool' | 'release' | 'gpu'>): TensorrtMachine {
  return { tool, release, gpu, fullVersion: release.version, notes: [] };
}

/** The machine that a plan is for. Throws DiagnosticError where a name is unknown, or what is not given cannot be found here. */
async function plannedMachine(
  options: TensorrtOptions,
  request: TargetRequest,
): Promise<TensorrtMachine> {
  const { trt, gpu } = options;
  // What was given is judged first: a wrong name is the matter then, not what this machine lacks.
  const named = {
    ...(trt === undefined ? {} : { release: resolveRelease(trt) }),
    ...(gpu === undefined ? {} : { gpu: parseGpu(gpu) }),
  };
  const tool = toolOf(options);
  if (named.release && named.gpu)
    return plannedOn({ tool, release: named.release, gpu: named.gpu });
  return plannedOn({ ...(await findMachine(options, request)), ...named });
}

/** Whether the options name another machine than this one. Throws DiagnosticError where something is going to run. */
function isElsewhere(options: TensorrtOptions, { isPlan }: TargetRequest): boolean {
  const named = (['trt', 'gpu'] as const).find((key) => options[key] !== undefined);
  if (named !== undefined && !isPlan) {
    fail('option-needs-dry-run', { option: flagOf(rowOf(named)) });
  }
  return named !== undefined;
}

/** TensorRT as asked for. Throws DiagnosticError where trtexec or a GPU is missing, or where release, GPU and precision do not go together. */
export async function chooseTensorrt(
  options: TensorrtOptions,
  request: TargetRequest,
): Promise<Target> {
  const elsewhere = isElsewhere(options, request);
  const machine = elsewhere
    ? await plannedMachine(options, request)
    : await findMachine(options, request);
  // What stands against a plan is told with the plan.
  const refusals = elsewhere ? [] : refusalsOf(machine, request);
  if (refusals.length > 0) throw new DiagnosticError(refusals);
  return targetOn(machine, options, request, 'as asked for');
}

/** TensorRT where it can be used for this precision, else why not. */
export async function findTensorrt(
  options: TensorrtOptions,
  request: TargetRequest,
): Promise<Target | string> {
  if (isElsewhere(options, request)) return await chooseTensorrt(options, request);
  const { machine, because } = await findUsable(() => findMachine(options, request));
  if (!machine) return because;
  const [refusal] = refusalsOf(machine, request);
  return refusal ? refusal.message : targetOn(machine, options, request, 'found here');
}
