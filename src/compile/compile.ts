import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { writeModel } from '../../codegen/onnx/write.ts';
import { type CastReport, runPasses } from '../../codegen/passes/pass.ts';
import { type GraphPrecision, passesFor } from '../../codegen/passes/pipeline.ts';
import type { Verdict } from '../../engines/compare.ts';
import type { BuiltEngine, Engine, Measurement } from '../../engines/engine.ts';
import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { writeArtifact } from '../io/artifact.ts';
import { digestBytes } from '../io/digest.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import type { FileDigest } from '../io/file-sink.ts';
import type { Spec } from '../language/spec.ts';
import { specToJson } from '../language/spec-json.ts';
import { version } from '../version.ts';
import type { Manifest } from './manifest.ts';
import { runPhase } from './phases.ts';
import { measureBatches, timingFile } from './timing.ts';
import { loadNetwork, type NetworkOptions, type TrainedNetwork } from './trained-network.ts';
import { compareWithUnfolded } from './unfolded.ts';

export interface CompileOptions extends NetworkOptions {
  readonly precision: GraphPrecision;
  /** Folder of the artifact; made where it is missing. */
  readonly directory: string;
  /** Builds, checks and times the model; without one the graph is written and nothing more. */
  readonly engine?: Engine;
  /** Whether the engine is run against the unfolded graph; default true. */
  readonly verify?: boolean;
  /** Batch sizes that are timed; default none. */
  readonly timedBatches?: readonly number[];
  readonly signal?: AbortSignal;
}

/** What a compilation left behind. */
export interface Compilation {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly verdict?: Verdict;
  readonly measurements: readonly Measurement[];
  readonly diagnostics: readonly Diagnostic[];
}

/** File names inside an artifact's folder (design.md, "Artifacts"). */
export const artifactFiles = {
  model: 'model.onnx',
  manifest: 'manifest.json',
  timing: 'timing.json',
  layers: 'layers.json',
} as const;

/** Digest of what a spec means: formatting, comments and the file's place do not count. */
export function digestSpec(spec: Spec): string {
  const { file: _, ...meaning } = specToJson(spec);
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex');
}

export async function writeJson(path: string, data: unknown): Promise<void> {
  const text = `${JSON.stringify(data, null, 2)}\n`;
  await writeArtifact(path, (sink) => sink.write(new TextEncoder().encode(text)));
}

interface WrittenModel extends FileDigest {
  readonly graph: Graph;
  readonly weights: Manifest['weights'];
  readonly labels: Manifest['labels'];
  readonly casts: readonly CastReport[];
}

function runPipeline(network: TrainedNetwork, options: CompileOptions, casts: CastReport[]) {
  return runPhase('passes', options.listener, async () => {
    const { graph, records } = runPasses(network.graph, passesFor(options.precision), {
      reportCast: (report) => void casts.push(report),
      onAfter: (pass, after) => options.listener?.onGraph?.(pass, after),
    });
    const changed = records.filter((record) => record.changed).map((record) => record.pass);
    const detail = `${changed.join(', ')}: ${network.graph.nodes.length} → ${graph.nodes.length} nodes`;
    return { value: graph, detail };
  });
}

function metadataOf(
  spec: Spec,
  options: CompileOptions,
  weights: Manifest['weights'],
  labels: Manifest['labels'],
) {
  return {
    'rcc.model': spec.name,
    'rcc.precision': options.precision,
    'rcc.spec.sha256': digestSpec(spec),
    ...('digest' in weights
      ? { 'rcc.weights.sha256': weights.digest }
      : { 'rcc.weights.synthetic': `seed ${weights.seed}` }),
    ...(labels ? { 'rcc.labels.sha256': labels.digest } : {}),
  };
}

async function writeOnnx(network: TrainedNetwork, options: CompileOptions): Promise<WrittenModel> {
  const casts: CastReport[] = [];
  const graph = await runPipeline(network, options, casts);
  const path = join(options.directory, artifactFiles.model);
  return await runPhase('onnx', options.listener, async () => {
    let weights: Manifest['weights'] | undefined;
    const labels = await describeLabels(network.spec);
    const digest = await writeArtifact(path, (sink) =>
      writeModel(graph, sink, {
        producerVersion: version,
        metadata: async () => {
          options.signal?.throwIfAborted();
          weights = await network.describeWeights();
          return metadataOf(network.spec, options, weights, labels);
        },
      }),
    );
    if (!weights) throw new Error('the model was written without its metadata');
    const detail = `${artifactFiles.model}, ${(digest.sizeBytes / 1e6).toFixed(1)} MB`;
    return { value: { ...digest, graph, weights, labels, casts }, detail };
  });
}

/** Labels files are short: a thousand lines, not a thousand pages. */
async function describeLabels(spec: Spec): Promise<Manifest['labels']> {
  if (spec.labels === undefined) return undefined;
  const source = createFileByteSource(spec.labels);
  try {
    const text = new TextDecoder().decode(await source.read(0, source.sizeBytes));
    const count = text.split('\n').filter((line) => line.trim() !== '').length;
    if (count !== spec.classes)
      fail('labels-count', { file: spec.labels, count, classes: spec.classes });
    return { file: basename(spec.labels), digest: await digestBytes(source), count };
  } finally {
    source.close();
  }
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
    spec: { file: basename(spec.file), digest: digestSpec(spec), resolved: specToJson(spec) },
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
