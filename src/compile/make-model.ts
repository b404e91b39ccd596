import { basename, join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { BuildRequest, BuiltEngine, Engine } from '../../engines/engine.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { formatTime } from '../engine-cache/quantities.ts';
import { artifactFiles } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { modelFactsOf } from './model-facts.ts';
import { identifyModel } from './model-identity.ts';
import type { MakeOptions } from './model-options.ts';
import { runPhase } from './phases.ts';
import type { PreparedPrecision } from './precision.ts';
import type { TrainedNetwork } from './trained-network.ts';
import { castDiagnostics, type ObtainedEngine, writeManifest } from './write-manifest.ts';
import { type WrittenModel, writeOnnx } from './write-onnx.ts';

/** A model with its manifest in a folder. */
export interface MadeModel {
  /** Absent where the model alone was made. */
  readonly built?: BuiltEngine;
  /** Takes an engine out of the cache that failed its check; absent: it is not in one. */
  readonly forgetEngine?: () => Promise<void>;
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

/** Of what an engine is made. */
interface Making {
  readonly network: TrainedNetwork;
  readonly model: WrittenModel;
  readonly options: MakeOptions;
}

/** The batch that a graph fixes. */
export function fixedBatch({ inputs }: Pick<Graph, 'inputs'>): number | undefined {
  const [batch] = inputs[0]?.type.shape ?? [];
  return typeof batch === 'number' ? batch : undefined;
}

/** Builds an engine, or takes it from the cache where the target's engines are kept in one. */
async function takeOrBuild(
  engine: Engine,
  request: BuildRequest,
  { network, model, options }: Making,
): Promise<ObtainedEngine> {
  const { target, engineCache: cache, listener, directory } = options;
  const { graph, float32Nodes } = model;
  const build = () => engine.build(request);
  const facts = request.identity && { directory, identity: request.identity, float32Nodes };
  const planned = facts && target.plannedEngine?.(modelFactsOf(graph, facts));
  if (typeof planned !== 'object') return { built: await build() };
  if (!cache) return { built: await build(), key: planned.key };
  // Most compilations have no use for it.
  const cached = await import('../engine-cache/take-or-build.ts');
  const onNote = (note: Diagnostic) => listener?.onNote?.(note);
  const work = { planned, model: network.spec.name, directory, build, onNote };
  return { key: planned.key, ...(await cached.takeOrBuild(cache, work)) };
}

function requestOf({ network, model, options }: Making): BuildRequest {
  const { graph, weights, float32Nodes, prepared } = model;
  const { directory, listener, signal } = options;
  const spans = new Map(graph.nodes.map(({ name, span }) => [name, span]));
  const origin = { trained: network.graph, pipeline: prepared.pipeline, graph };
  return {
    modelPath: join(directory, artifactFiles.model),
    directory,
    graph,
    batch: fixedBatch(graph),
    identity: identifyModel(origin, weights),
    float32Nodes,
    locateNode: (node) => spans.get(node),
    report: (text) => listener?.onProgress?.(text),
    signal,
  };
}

function buildEngine(engine: Engine, making: Making): Promise<ObtainedEngine> {
  const { listener, target } = making.options;
  return runPhase('engine', listener, async () => {
    const obtained = await takeOrBuild(engine, requestOf(making), making);
    const { built, takenFrom } = obtained;
    for (const note of built.notes ?? []) listener?.onNote?.(note);
    const sizeBytes = built.engines[0]?.sizeBytes ?? 0;
    const source = takenFrom ? `, taken from the cache (built ${formatTime(takenFrom)})` : '';
    const detail = `${target.name}: ${basename(built.path)}, ${(sizeBytes / 1e6).toFixed(1)} MB${source}`;
    return { value: obtained, detail };
  });
}

/** A network with its weights to model.onnx, an engine where there is one to build it, and their manifest. */
export async function makeModel(network: TrainedNetwork, options: MakeOptions): Promise<MadeModel> {
  const { engine } = options.target;
  const model = await writeOnnx(network, options);
  const obtained = engine && (await buildEngine(engine, { network, model, options }));
  const manifest = await writeManifest(network, options, model, obtained);
  const { graph, prepared, casts } = model;
  const made = { manifest, graph, prepared, diagnostics: castDiagnostics(casts) };
  if (!obtained) return made;
  const { built, forget } = obtained;
  return { ...made, built, ...(forget ? { forgetEngine: forget } : {}) };
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
