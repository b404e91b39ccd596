import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../src/diagnostics/diagnostic.ts';
import type { BuildRequest, BuiltEngine, Precision } from '../engine.ts';
import { buildOne, type PlacedEngine } from './build-one.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { tensorrtFacts } from './manifest.ts';
import type { ModelFacts } from './model-facts.ts';
import { plannedFiles, planTrtexec, type TrtexecCommand, type TrtexecPlan } from './plan.ts';
import { readModel } from './read-model.ts';
import { lendTimingCache, takeTurn } from './timing-cache.ts';

const shownWarnings = 5;

/** The plan for a model, or its errors as DiagnosticError. */
export function planOrThrow(
  { machine, intent }: TensorrtEngineOptions,
  model: ModelFacts,
  changes: Partial<TensorrtEngineOptions['intent']>,
): TrtexecPlan {
  const { plan, diagnostics } = planTrtexec({ ...intent, ...changes }, machine, model);
  if (!plan) throw new DiagnosticError(...diagnostics);
  return plan;
}

/** Tells notes and warnings of planning, which a build must not hide. */
function passOn(options: TensorrtEngineOptions, notes: readonly Diagnostic[]): void {
  for (const note of notes) options.onNote?.(note);
}

/** One note for all engines: mostly they are warned of the same. */
function noteWarnings(options: TensorrtEngineOptions, built: readonly PlacedEngine[]): void {
  const warnings = [...new Set(built.flatMap((engine) => engine.warnings))];
  const further = Math.max(...built.map(({ furtherWarnings }) => furtherWarnings));
  const count = warnings.length + further;
  if (count === 0) return;
  const details = warnings.slice(0, shownWarnings);
  options.onNote?.(createDiagnostic('tensorrt-build-warnings', { count }, { details }));
}

async function buildAll(
  options: TensorrtEngineOptions,
  builds: readonly TrtexecCommand[],
  request: BuildRequest,
): Promise<readonly PlacedEngine[]> {
  const built: PlacedEngine[] = [];
  const working = join(resolve(request.directory), 'timing.cache');
  for (const planned of builds) {
    const engine = await takeTurn(options, request, () =>
      lendTimingCache(options, working, () => buildOne(options, planned, request)),
    );
    built.push(engine);
  }
  return built;
}

/** What a build leaves in an artifact's folder, whichever batches it was for. */
const ownFiles = /^(?:model(?:\.b\d+)?\.plan|(?:layers|layer-times)(?:\.b\d+)?\.json)$/;

/** Engines and layers of an earlier artifact in the folder: beside those of this one they would be taken for its own. */
async function removeLeftovers(
  directory: string,
  builds: readonly TrtexecCommand[],
): Promise<void> {
  const kept = new Set(plannedFiles(builds).map(({ path }) => basename(path)));
  for (const name of await readdir(directory)) {
    if (ownFiles.test(name) && !kept.has(name)) await rm(join(directory, name), { force: true });
  }
}

/** Runs `work`; where it is interrupted, the files that it wrote and that were not there before are taken away again. */
async function withFreshPlan<T>(
  builds: readonly TrtexecCommand[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const fresh = plannedFiles(builds).filter(({ path }) => !existsSync(path));
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) for (const { path } of fresh) await rm(path, { force: true });
    throw error;
  }
}

/** Builds every engine of the plan: one for each batch, or one for the profile's range. Path and size are those of the first. */
export async function buildEngines(
  options: TensorrtEngineOptions,
  request: BuildRequest,
): Promise<BuiltEngine> {
  const precision: Precision = request.precision;
  const { modelDigest: digest, float32Nodes } = request;
  const read = await readModel(request.modelPath, request.directory);
  const model = {
    ...read,
    ...(digest === undefined ? {} : { digest }),
    ...(float32Nodes === undefined ? {} : { float32Nodes }),
  };
  const plan = planOrThrow(options, model, { precision });
  passOn(options, [...options.machine.notes, ...plan.notes]);
  const builds = plan.commands.filter(({ kind }) => kind === 'build');
  await mkdir(model.directory, { recursive: true });
  const startedMs = performance.now();
  const built = await withFreshPlan(builds, request.signal, () =>
    buildAll(options, builds, request),
  );
  await removeLeftovers(model.directory, builds);
  noteWarnings(options, built);
  const [first] = builds;
  return {
    target: 'tensorrt',
    path: first?.engine ?? '',
    sizeBytes: built[0]?.sizeBytes ?? 0,
    buildMs: performance.now() - startedMs,
    facts: tensorrtFacts(
      options,
      plan,
      built.map(({ sizeBytes }) => sizeBytes),
    ),
  };
}
