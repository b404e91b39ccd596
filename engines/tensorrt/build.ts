import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
  fail,
} from '../../src/diagnostics/diagnostic.ts';
import { replaceFile } from '../../src/io/artifact.ts';
import type { BuildRequest, BuiltEngine, Precision } from '../engine.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { isDiskFull } from './failure.ts';
import { inExcerpt } from './failure-patterns.ts';
import { tensorrtFacts } from './manifest.ts';
import type { ModelFacts } from './model-facts.ts';
import { splitArgument } from './option-table.ts';
import { replaceIfWritten, sizeOf } from './optional-file.ts';
import { plannedFiles, planTrtexec, type TrtexecCommand, type TrtexecPlan } from './plan.ts';
import { readModel } from './read-model.ts';
import {
  type FinishedRun,
  failedRun,
  runCommand,
  throwFailure,
  withoutOption,
  withPaths,
} from './run-command.ts';
import { lendTimingCache, sharedCachePath, takeTurn } from './timing-cache.ts';

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

const cacheTrouble = /timing ?cache/i;
const missingCache = /^Could not read timing cache from/;

/** Whether a build failed over its timing cache: then it is worth one more try without. */
function isCacheTrouble({ result, report }: FinishedRun): boolean {
  const ended = result.exitCode !== 0 && !result.cancelled && !result.timedOut;
  return ended && report.errors.some((error) => cacheTrouble.test(error));
}

async function runBuild(
  options: TensorrtEngineOptions,
  planned: TrtexecCommand,
  command: TrtexecCommand,
  request: BuildRequest,
): Promise<FinishedRun> {
  const finished = await runCommand(options, planned, command, request);
  if (!isCacheTrouble(finished)) return finished;
  const path = sharedCachePath(options) ?? '';
  options.onNote?.(createDiagnostic('tensorrt-cache-rejected', { path }));
  return runCommand(options, planned, withoutOption(command, '--timingCacheFile'), request);
}

function noteWarnings(
  options: TensorrtEngineOptions,
  { log }: TrtexecCommand,
  { report }: FinishedRun,
): void {
  // That a first build finds no timing cache is as it should be.
  const warnings = report.warnings.filter((text) => !missingCache.test(text));
  const count = report.warningCount - report.warnings.length + warnings.length;
  if (count === 0) return;
  const details = warnings.slice(0, 5).map((text) => text.split('\n', 1)[0] ?? '');
  options.onNote?.(createDiagnostic('tensorrt-build-warnings', { count, log }, { details }));
}

/** Builds one engine under a temporary name and puts it in place when it is whole; gives its size in bytes. */
async function buildOne(
  options: TensorrtEngineOptions,
  planned: TrtexecCommand,
  request: BuildRequest,
): Promise<number> {
  const layers = planned.args.map(splitArgument).find(({ name }) => name === '--exportLayerInfo');
  const layersPath = layers?.value ?? join(dirname(planned.engine), 'layers.json');
  return replaceIfWritten(layersPath, (partialLayers) =>
    replaceFile(planned.engine, async (partialEngine) => {
      const paths = { '--saveEngine': partialEngine, '--exportLayerInfo': partialLayers };
      const finished = await runBuild(options, planned, withPaths(planned, paths), request);
      const failed = failedRun(options, planned, finished, request);
      if (finished.result.exitCode !== 0) throwFailure(failed, request.signal);
      const sizeBytes = await sizeOf(partialEngine);
      if (sizeBytes === 0) {
        const details = inExcerpt(failed);
        if (isDiskFull(finished.result)) fail('tensorrt-disk-full', {}, details);
        fail('tensorrt-no-engine', { engine: planned.engine }, details);
      }
      noteWarnings(options, planned, finished);
      return sizeBytes;
    }),
  );
}

/** Tells notes and warnings of planning, which a build must not hide. */
function passOn(options: TensorrtEngineOptions, notes: readonly Diagnostic[]): void {
  for (const note of notes) options.onNote?.(note);
}

async function buildAll(
  options: TensorrtEngineOptions,
  builds: readonly TrtexecCommand[],
  request: BuildRequest,
): Promise<number[]> {
  const sizes: number[] = [];
  const working = join(resolve(request.directory), 'timing.cache');
  for (const planned of builds) {
    const size = await takeTurn(options, request, () =>
      lendTimingCache(options, working, () => buildOne(options, planned, request)),
    );
    sizes.push(size);
  }
  return sizes;
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
  const { modelDigest: digest } = request;
  const read = await readModel(request.modelPath, request.directory);
  const model = digest === undefined ? read : { ...read, digest };
  const plan = planOrThrow(options, model, { precision });
  passOn(options, [...options.machine.notes, ...plan.notes]);
  const builds = plan.commands.filter(({ kind }) => kind === 'build');
  await mkdir(model.directory, { recursive: true });
  const startedMs = performance.now();
  const sizes = await withFreshPlan(builds, request.signal, () =>
    buildAll(options, builds, request),
  );
  await removeLeftovers(model.directory, builds);
  const [first] = builds;
  return {
    target: 'tensorrt',
    path: first?.engine ?? '',
    sizeBytes: sizes[0] ?? 0,
    buildMs: performance.now() - startedMs,
    facts: tensorrtFacts(options, plan),
  };
}
