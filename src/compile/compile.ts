import { basename, join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { CastReport } from '../../codegen/passes/pass.ts';
import type { Verdict } from '../../engines/compare.ts';
import type { BuiltEngine, Engine, Measurement } from '../../engines/engine.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import { version } from '../version.ts';
import { artifactFiles, writeJson } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { runPhase } from './phases.ts';
import { measureBatches, timingFile } from './timing.ts';
import { loadNetwork, type NetworkOptions, type TrainedNetwork } from './trained-network.ts';
import { compareWithUnfolded } from './unfolded.ts';
import {
  digestSpec,
  meaningOf,
  type WriteOnnxOptions,
  type WrittenModel,
  writeOnnx,
} from './write-onnx.ts';

export interface CompileOptions extends NetworkOptions, WriteOnnxOptions {
  /** Builds, checks and times the model; without one the graph is written and nothing more. */
  readonly engine?: Engine;
  /** Whether the engine is run against the unfolded graph; default true. */
  readonly verify?: boolean;
  /** Batch sizes that are timed; default none. */
  readonly timedBatches?: readonly number[];
}

/** What a compilation left behind. */
export interface Compilation {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly verdict?: Verdict;
  readonly measurements: readonly Measurement[];
  readonly diagnostics: readonly Diagnostic[];
}

function sumCasts(casts: readonly CastReport[]): Manifest['casts'] {
  if (casts.length === 0) return undefined;
  return {
    clampedCount: casts.reduce((sum, cast) => sum + cast.clampedCount, 0),
    flushedCount: casts.reduce((sum, cast) => sum + cast.flushedCount, 0),
  };
}

function castDiagnostics(casts: readonly CastReport[]): readonly Diagnostic[] {
  const clamped = casts.filter(({ clampedCount }) => clampedCount > 0);
  if (clamped.length === 0) return [];
  const details = clamped
    .slice(0, 8)
    .map(({ tensor, clampedCount, largest }) => `${tensor}: ${clampedCount}, largest ${largest}`);
  return [createDiagnostic('float16-clamped', { tensorCount: clamped.length }, { details })];
}

function manifestOf(
  network: TrainedNetwork,
  options: CompileOptions,
  model: WrittenModel,
  engine: BuiltEngine | undefined,
): Manifest {
  const { spec, cost } = network;
  const casts = sumCasts(model.casts);
  const values = (list: Graph['inputs']) =>
    list.map(({ name, type }) => ({ name, dataType: type.dataType, shape: [...type.shape] }));
  return {
    schemaVersion: 1,
    rcc: version,
    model: spec.name,
    precision: options.precision,
    target: options.engine?.target ?? 'onnx',
    spec: { file: basename(spec.file), digest: digestSpec(spec), resolved: { ...meaningOf(spec) } },
    weights: model.weights,
    ...(model.labels ? { labels: model.labels } : {}),
    onnx: {
      file: artifactFiles.model,
      digest: model.sha256,
      sizeBytes: model.sizeBytes,
      opset: model.graph.opset,
      inputs: values(model.graph.inputs),
      outputs: values(model.graph.outputs),
    },
    cost,
    ...(casts ? { casts } : {}),
    ...(engine
      ? {
          engine: { file: basename(engine.path), sizeBytes: engine.sizeBytes, facts: engine.facts },
        }
      : {}),
  };
}

function buildEngine(engine: Engine, options: CompileOptions): Promise<BuiltEngine> {
  return runPhase('engine', options.listener, async () => {
    const built = await engine.build({
      modelPath: join(options.directory, artifactFiles.model),
      directory: options.directory,
      precision: options.precision,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const detail = `${engine.target}: ${basename(built.path)}, ${(built.sizeBytes / 1e6).toFixed(1)} MB`;
    return { value: built, detail };
  });
}

export interface BuiltModel {
  readonly built: BuiltEngine;
  readonly manifest: Manifest;
  readonly diagnostics: readonly Diagnostic[];
}

async function writeManifest(
  network: TrainedNetwork,
  options: CompileOptions,
  model: WrittenModel,
  built?: BuiltEngine,
): Promise<Manifest> {
  const manifest = manifestOf(network, options, model, built);
  await writeJson(join(options.directory, artifactFiles.manifest), manifest);
  return manifest;
}

/** A network with its weights to model.onnx, an engine and their manifest. */
export async function buildModel(
  network: TrainedNetwork,
  engine: Engine,
  options: CompileOptions,
): Promise<BuiltModel> {
  const model = await writeOnnx(network, options);
  const built = await buildEngine(engine, options);
  const manifest = await writeManifest(network, { ...options, engine }, model, built);
  return { built, manifest, diagnostics: castDiagnostics(model.casts) };
}

async function checkAndTime(
  network: TrainedNetwork,
  engine: Engine,
  { built, manifest, diagnostics }: BuiltModel,
  options: CompileOptions,
): Promise<Compilation> {
  const { directory, precision } = options;
  const verdict =
    options.verify === false
      ? undefined
      : await compareWithUnfolded(network, engine, built, options);
  const model = network.spec.name;
  const failed =
    verdict && !verdict.ok
      ? [createDiagnostic('verification-failed', { model, precision, reason: verdict.reason })]
      : [];
  const measurements = await measureBatches(engine, built, options);
  if (measurements.length > 0) {
    const rows = measurements.map((measurement) => ({ model, ...measurement }));
    await writeJson(join(directory, artifactFiles.timing), timingFile(rows));
  }
  return {
    directory,
    manifest,
    ...(verdict ? { verdict } : {}),
    measurements,
    diagnostics: [...diagnostics, ...failed],
  };
}

/**
 * Spec and weights to an artifact: graph, passes, model.onnx, engine, manifest, and, with an engine, a verdict against the unfolded graph and timings.
 * Throws DiagnosticError for what the user or an outside program did wrong; an unacceptable verdict is a diagnostic of the result.
 */
export async function compileSpec(spec: Spec, options: CompileOptions): Promise<Compilation> {
  const { engine, directory } = options;
  const network = await loadNetwork(spec, options);
  try {
    if (engine) {
      return await checkAndTime(
        network,
        engine,
        await buildModel(network, engine, options),
        options,
      );
    }
    const model = await writeOnnx(network, options);
    const manifest = await writeManifest(network, options, model);
    return { directory, manifest, measurements: [], diagnostics: castDiagnostics(model.casts) };
  } finally {
    network.close();
  }
}
