import { basename, join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { AuditReport } from '../../engines/audit/audit.ts';
import type { Verdict } from '../../engines/compare.ts';
import type { BuiltEngine, Engine, Measurement } from '../../engines/engine.ts';
import type { RangeReport } from '../calibration/range-report.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import { artifactFiles, writeJson } from './artifact-files.ts';
import { auditEngine, auditErrors } from './audit-engine.ts';
import { checkRanges } from './float16-checks.ts';
import { withFreshFiles } from './fresh-files.ts';
import { findLayers } from './layer-findings.ts';
import type { Manifest } from './manifest.ts';
import { digestModel } from './model-digest.ts';
import { runPhase } from './phases.ts';
import type { PreparedPrecision } from './precision.ts';
import { benchFileOf, measureBatches, stabilityWarnings, type TimingLimits } from './timing.ts';
import { loadNetwork, type NetworkOptions, type TrainedNetwork } from './trained-network.ts';
import { compareWithUnfolded } from './unfolded.ts';
import { castDiagnostics, writeManifest } from './write-manifest.ts';
import { type WriteOnnxOptions, type WrittenModel, writeOnnx } from './write-onnx.ts';

export interface CompileOptions extends NetworkOptions, WriteOnnxOptions {
  /** Whether the engine is run against the unfolded graph; default true. */
  readonly verify?: boolean;
  /** Batches of the check where the model leaves the batch free; an engine for some batches takes no others. */
  readonly verifiedBatches?: readonly number[];
  /** Batch sizes that are timed; default none. */
  readonly timedBatches?: readonly number[];
  readonly timing?: TimingLimits;
}

/** What a compilation left behind. */
export interface Compilation {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly verdict?: Verdict;
  /** How large the numbers of each block get, for fp16. */
  readonly ranges?: RangeReport;
  /** What the compiler made of each residual block, where the target tells. */
  readonly audits: readonly AuditReport[];
  readonly measurements: readonly Measurement[];
  readonly diagnostics: readonly Diagnostic[];
}

function buildEngine(
  engine: Engine,
  { graph, weights, float32Nodes, prepared }: WrittenModel,
  { listener, signal, directory, precision }: CompileOptions,
): Promise<BuiltEngine> {
  const spans = new Map(graph.nodes.map(({ name, span }) => [name, span]));
  return runPhase('engine', listener, async () => {
    const built = await engine.build({
      modelPath: join(directory, artifactFiles.model),
      directory,
      precision,
      modelDigest: digestModel(graph, weights, prepared.pipeline.ranges),
      float32Nodes,
      locateNode: (node) => spans.get(node),
      report: (text) => listener?.onProgress?.(text),
      ...(signal ? { signal } : {}),
    });
    const detail = `${engine.target}: ${basename(built.path)}, ${(built.sizeBytes / 1e6).toFixed(1)} MB`;
    return { value: built, detail };
  });
}

export interface BuiltModel {
  readonly built: BuiltEngine;
  readonly manifest: Manifest;
  /** The graph that was built. */
  readonly graph: Graph;
  /** How the graph was made. */
  readonly prepared: PreparedPrecision;
  readonly diagnostics: readonly Diagnostic[];
}

/** A network with its weights to model.onnx, an engine and their manifest. */
export async function buildModel(
  network: TrainedNetwork,
  engine: Engine,
  options: CompileOptions,
): Promise<BuiltModel> {
  const model = await writeOnnx(network, options);
  const built = await buildEngine(engine, model, options);
  const manifest = await writeManifest(network, options, model, built);
  const { graph, prepared, casts } = model;
  return { built, manifest, graph, prepared, diagnostics: castDiagnostics(casts) };
}

/** Verdict and ranges of a model, and what they say against it. */
async function checkModel(
  network: TrainedNetwork,
  engine: Engine,
  { built, prepared }: BuiltModel,
  options: CompileOptions,
) {
  if (options.verify === false) return { diagnostics: [] };
  const verdict = await compareWithUnfolded(network, engine, built, { ...options, prepared });
  const ranges = await checkRanges(network, prepared, options);
  const { precision } = options;
  const { ok, reason } = verdict;
  const parameters = { model: network.spec.name, precision, reason };
  const failed = ok ? [] : [createDiagnostic('verification-failed', parameters)];
  return { verdict, ranges, diagnostics: [...failed, ...(ranges?.diagnostics ?? [])] };
}

async function checkAndTime(
  network: TrainedNetwork,
  engine: Engine,
  model: BuiltModel,
  options: CompileOptions,
): Promise<Compilation> {
  const { directory } = options;
  const { built, manifest, graph, diagnostics } = model;
  const { float32Nodes } = manifest;
  const audits = await auditEngine(engine, graph, { ...options, float32Nodes });
  const {
    verdict,
    ranges,
    diagnostics: failed,
  } = await checkModel(network, engine, model, options);
  const measurements = engine.buildsOnly ? [] : await measureBatches(engine, built, options);
  const { name } = network.spec;
  const rows = measurements.map((measurement) => ({ model: name, ...measurement }));
  const found = await findLayers({ model: name, directory, built, audits, measurements });
  if (rows.length + found.audits.length > 0) {
    await writeJson(join(directory, artifactFiles.timing), benchFileOf({ rows, ...found }));
  }
  return {
    directory,
    manifest,
    ...(verdict ? { verdict } : {}),
    ...(ranges ? { ranges: ranges.report } : {}),
    audits,
    measurements,
    diagnostics: [...diagnostics, ...auditErrors(audits), ...failed, ...stabilityWarnings(rows)],
  };
}

/**
 * Spec and weights to an artifact: graph, passes, model.onnx, engine, manifest, and, with an engine, a verdict against the unfolded graph and timings.
 * Throws DiagnosticError for what the user or an outside program did wrong; an unacceptable verdict is a diagnostic of the result.
 */
export async function compileSpec(spec: Spec, options: CompileOptions): Promise<Compilation> {
  const { engine, directory } = options;
  const network = await loadNetwork(spec, options);
  const names = [...Object.values(artifactFiles), ...(engine ? [engine.fileName] : [])];
  const build = <T>(work: () => Promise<T>): Promise<T> => withFreshFiles(directory, names, work);
  try {
    if (engine) {
      const model = await build(() => buildModel(network, engine, options));
      return await checkAndTime(network, engine, model, options);
    }
    return await build(async () => {
      const model = await writeOnnx(network, options);
      const manifest = await writeManifest(network, options, model);
      const diagnostics = castDiagnostics(model.casts);
      return { directory, manifest, audits: [], measurements: [], diagnostics };
    });
  } finally {
    network.close();
  }
}
