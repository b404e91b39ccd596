import { basename, join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import type { CastReport } from '../../codegen/passes/pass.ts';
import { asLowered } from '../../codegen/passes/shape-head.ts';
import { precisionRow } from '../../codegen/precisions.ts';
import { defaultInt8Form } from '../../codegen/quantization/int8-form.ts';
import type { BuiltEngine } from '../../engines/engine.ts';
import { type EngineKey, keyDigest } from '../../engines/engine-key.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { version } from '../version.ts';
import { artifactFiles, writeJson } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { manifestVersion } from './manifest-version.ts';
import type { MakeOptions } from './model-options.ts';
import { digestSpec, meaningOf } from './spec-digest.ts';
import type { TrainedNetwork } from './trained-network.ts';
import type { WrittenModel } from './write-onnx.ts';

function sumCasts(casts: readonly CastReport[]): Manifest['casts'] {
  if (casts.length === 0) return undefined;
  return {
    clampedCount: casts.reduce((sum, cast) => sum + cast.clampedCount, 0),
    flushedCount: casts.reduce((sum, cast) => sum + cast.flushedCount, 0),
  };
}

/** What the casts to float16 could not keep. */
export function castDiagnostics(casts: readonly CastReport[]): readonly Diagnostic[] {
  const clamped = casts.filter(({ clampedCount }) => clampedCount > 0);
  if (clamped.length === 0) return [];
  const details = clamped
    .slice(0, 8)
    .map(({ tensor, clampedCount, largest }) => `${tensor}: ${clampedCount}, largest ${largest}`);
  return [createDiagnostic('float16-clamped', { tensorCount: clamped.length }, { details })];
}

/** Which graph model.onnx is, and whose. */
function formOf({ target }: MakeOptions, { graph, prepared: { pipeline } }: WrittenModel) {
  const output = outputFormOf(graph);
  const {
    precision,
    head = asLowered,
    int8Form = defaultInt8Form,
    int8Weights = 'int8',
    int8Rest,
    input,
  } = pipeline;
  return {
    precision,
    head: { ...head },
    input: input?.form ?? 'float32',
    ...(output === 'logits' ? {} : { output }),
    ...(precisionRow(precision).isCalibrated ? { int8: int8Form.name, int8Weights } : {}),
    ...(int8Rest === undefined ? {} : { int8Rest }),
    ...(target.release === undefined ? {} : { release: target.release }),
  };
}

/** An engine, and where it comes from. */
export interface ObtainedEngine {
  readonly built: BuiltEngine;
  /** Absent where it has none. */
  readonly key?: EngineKey | undefined;
  /** ISO time at which it was built where it was taken from the cache. */
  readonly takenFrom?: string | undefined;
  /** Takes it out of the cache. */
  readonly forget?: (() => Promise<void>) | undefined;
}

function engineOf({ built, key, takenFrom }: ObtainedEngine): Partial<Manifest> {
  const isTaken = takenFrom !== undefined;
  return {
    ...(key ? { engineKey: { digest: keyDigest(key), parts: { ...key }, isTaken } } : {}),
    facts: { ...built.facts },
  };
}

function manifestOf(
  network: TrainedNetwork,
  options: MakeOptions,
  model: WrittenModel,
  engine: ObtainedEngine | undefined,
): Manifest {
  const { spec, cost } = network;
  const { target } = options;
  const casts = sumCasts(model.casts);
  const values = (list: Graph['inputs']) =>
    list.map(({ name, type }) => ({ name, dataType: type.dataType, shape: [...type.shape] }));
  return {
    schemaVersion: manifestVersion,
    rcc: version,
    ...(options.command ? { command: [...options.command] } : {}),
    model: spec.name,
    precision: target.precision,
    target: target.name,
    form: formOf(options, model),
    spec: { file: basename(spec.file), digest: digestSpec(spec), resolved: { ...meaningOf(spec) } },
    weights: model.weights,
    ...(model.labels ? { labels: model.labels } : {}),
    ...(options.golden ? { reference: options.golden } : {}),
    preprocessing: model.preprocessing,
    onnx: {
      file: artifactFiles.model,
      digest: model.sha256,
      sizeBytes: model.sizeBytes,
      opset: model.graph.opset,
      inputs: values(model.graph.inputs),
      outputs: values(model.graph.outputs),
    },
    cost,
    ...(model.float32Nodes.length > 0 ? { float32Nodes: [...model.float32Nodes] } : {}),
    ...(casts ? { casts } : {}),
    ...(model.prepared.calibration ? { calibration: model.prepared.calibration } : {}),
    engines: (engine?.built.engines ?? []).map((file) => ({ ...file })),
    ...(engine ? engineOf(engine) : {}),
  };
}

/** Writes manifest.json beside the model. */
export async function writeManifest(
  network: TrainedNetwork,
  options: MakeOptions,
  model: WrittenModel,
  engine?: ObtainedEngine,
): Promise<Manifest> {
  const manifest = manifestOf(network, options, model, engine);
  await writeJson(join(options.directory, artifactFiles.manifest), manifest);
  return manifest;
}
