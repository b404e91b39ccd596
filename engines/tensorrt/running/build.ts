import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { greatest } from '../../../src/collections/extremes.ts';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../../src/diagnostics/diagnostic.ts';
import type { BuildRequest, BuiltEngine } from '../../engine.ts';
import type { ModelFacts } from '../../model-facts.ts';
import {
  plannedFiles,
  planTrtexec,
  type TrtexecCommand,
  type TrtexecPlan,
} from '../planning/plan.ts';
import { buildOne, type PlacedEngine } from './build-one.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { enginesOf, factsOf } from './facts.ts';
import { writtenNames } from './optional-file.ts';
import { readModel } from './read-model.ts';
import { lendTimingCache, takeTurn } from './timing-cache.ts';

const shownWarnings = 5;

/** The plan for a model, or its errors as DiagnosticError. */
export function planOrThrow(
  { machine, intent }: TensorrtEngineOptions,
  model: ModelFacts,
  changes: Partial<TensorrtEngineOptions['intent']> = {},
): TrtexecPlan {
  const { plan, diagnostics } = planTrtexec({ ...intent, ...changes }, machine, model);
  if (!plan) throw new DiagnosticError(diagnostics);
  return plan;
}

/** Tells notes and warnings of planning, which a build must not hide. */
function passOn(options: TensorrtEngineOptions, notes: readonly Diagnostic[]): void {
  for (const note of notes) options.onNote?.(note);
}

/** One note for all engines: mostly they are warned of the same. */
function noteWarnings(options: TensorrtEngineOptions, built: readonly PlacedEngine[]): void {
  const warnings = [...new Set(built.flatMap((engine) => engine.warnings))];
  const further = greatest(built.map(({ furtherWarnings }) => furtherWarnings));
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

/** Layers and logs of builds. */
function companionsOf({ release }: TrtexecPlan, builds: readonly TrtexecCommand[]) {
  const belonging = plannedFiles(builds, release).filter(
    ({ role }) => role === 'layers' || role === 'log',
  );
  return writtenNames(belonging.map(({ path }) => path));
}

/** Builds every engine of the plan: one for each batch, or one for the profile's range. Path and size are those of the first. */
export async function buildEngines(
  options: TensorrtEngineOptions,
  request: BuildRequest,
): Promise<BuiltEngine> {
  const { identity, float32Nodes } = request;
  const read = await readModel(request.modelPath, request.directory);
  const model = {
    ...read,
    ...(identity === undefined ? {} : { identity }),
    ...(float32Nodes === undefined ? {} : { float32Nodes }),
  };
  const plan = planOrThrow(options, model);
  passOn(options, [...options.machine.notes, ...plan.notes]);
  const builds = plan.commands.filter(({ kind }) => kind === 'build');
  await mkdir(model.directory, { recursive: true });
  const startedMs = performance.now();
  const built = await buildAll(options, builds, request);
  noteWarnings(options, built);
  const [first] = builds;
  return {
    path: first?.engine ?? '',
    buildMs: performance.now() - startedMs,
    engines: await enginesOf(options, plan, model),
    companions: await companionsOf(plan, builds),
    builtFor: options.machine.gpu.name,
    facts: factsOf(options, plan),
  };
}
