import { basename, join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { CastReport } from '../../codegen/passes/pass.ts';
import type { BuiltEngine } from '../../engines/engine.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { version } from '../version.ts';
import { artifactFiles, writeJson } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { digestSpec, meaningOf } from './spec-digest.ts';
import type { TrainedNetwork } from './trained-network.ts';
import type { WriteOnnxOptions, WrittenModel } from './write-onnx.ts';

type ManifestOptions = Pick<WriteOnnxOptions, 'precision' | 'directory' | 'command'>;

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

function manifestOf(
  network: TrainedNetwork,
  options: ManifestOptions,
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
    ...(options.command ? { command: [...options.command] } : {}),
    model: spec.name,
    precision: options.precision,
    target: engine?.target ?? 'onnx',
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
    ...(model.float32Nodes.length > 0 ? { float32Nodes: [...model.float32Nodes] } : {}),
    ...(casts ? { casts } : {}),
    ...(model.prepared.calibration ? { calibration: model.prepared.calibration } : {}),
    ...(engine
      ? {
          engine: { file: basename(engine.path), sizeBytes: engine.sizeBytes, facts: engine.facts },
        }
      : {}),
  };
}

/** Writes manifest.json beside the model. */
export async function writeManifest(
  network: TrainedNetwork,
  options: ManifestOptions,
  model: WrittenModel,
  built?: BuiltEngine,
): Promise<Manifest> {
  const manifest = manifestOf(network, options, model, built);
  await writeJson(join(options.directory, artifactFiles.manifest), manifest);
  return manifest;
}
