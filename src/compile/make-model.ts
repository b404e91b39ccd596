import { basename, join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { BuiltEngine, Engine } from '../../engines/engine.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { artifactFiles } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { digestModel } from './model-digest.ts';
import type { MakeOptions } from './model-options.ts';
import { runPhase } from './phases.ts';
import type { PreparedPrecision } from './precision.ts';
import type { TrainedNetwork } from './trained-network.ts';
import { castDiagnostics, writeManifest } from './write-manifest.ts';
import { type WrittenModel, writeOnnx } from './write-onnx.ts';

/** A model with its manifest in a folder. */
export interface MadeModel {
  /** Absent where the model alone was made. */
  readonly built?: BuiltEngine;
  readonly manifest: Manifest;
  /** The graph that was written. */
  readonly graph: Graph;
  /** How the graph was made. */
  readonly prepared: PreparedPrecision;
  readonly diagnostics: readonly Diagnostic[];
}

export interface BuiltModel extends MadeModel {
  readonly built: BuiltEngine;
}

/** The batch that a graph fixes. */
export function fixedBatch({ inputs }: Pick<Graph, 'inputs'>): number | undefined {
  const [batch] = inputs[0]?.type.shape ?? [];
  return typeof batch === 'number' ? batch : undefined;
}

function buildEngine(
  engine: Engine,
  { graph, weights, float32Nodes, prepared }: WrittenModel,
  { listener, signal, directory, target }: MakeOptions,
): Promise<BuiltEngine> {
  const spans = new Map(graph.nodes.map(({ name, span }) => [name, span]));
  return runPhase('engine', listener, async () => {
    const built = await engine.build({
      modelPath: join(directory, artifactFiles.model),
      directory,
      graph,
      batch: fixedBatch(graph),
      modelDigest: digestModel(graph, weights, prepared.pipeline.ranges),
      float32Nodes,
      locateNode: (node) => spans.get(node),
      report: (text) => listener?.onProgress?.(text),
      signal,
    });
    for (const note of built.notes ?? []) listener?.onNote?.(note);
    const sizeBytes = built.engines[0]?.sizeBytes ?? 0;
    const detail = `${target.name}: ${basename(built.path)}, ${(sizeBytes / 1e6).toFixed(1)} MB`;
    return { value: built, detail };
  });
}

/** A network with its weights to model.onnx, an engine where there is one to build it, and their manifest. */
export async function makeModel(network: TrainedNetwork, options: MakeOptions): Promise<MadeModel> {
  const { engine } = options.target;
  const model = await writeOnnx(network, options);
  const built = engine && (await buildEngine(engine, model, options));
  const manifest = await writeManifest(network, options, model, built);
  const { graph, prepared, casts } = model;
  const made = { manifest, graph, prepared, diagnostics: castDiagnostics(casts) };
  return built ? { ...made, built } : made;
}

/** As `makeModel`, for those who run what is built. */
export async function buildModel(
  network: TrainedNetwork,
  options: MakeOptions,
): Promise<BuiltModel> {
  const { built, ...made } = await makeModel(network, options);
  if (!built) throw new Error('no engine was built');
  return { ...made, built };
}
