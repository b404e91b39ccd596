import type { PipelineOptions } from '../../codegen/passes/pipeline.ts';
import type { Engine, Precision } from '../../engines/engine.ts';
import { type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { withTemporaryFolder } from '../io/temporary-folder.ts';
import type { Spec } from '../language/spec.ts';
import { auditEngine, auditErrors } from './audit-engine.ts';
import { findLayers, type LayerFindings } from './layer-findings.ts';
import { buildModel } from './make-model.ts';
import type { PrecisionOptions } from './precision.ts';
import {
  type ModelMeasurement,
  measureBatches,
  stabilityWarnings,
  type TimingLimits,
} from './timing.ts';
import { loadNetwork, type NetworkOptions } from './trained-network.ts';

export interface BenchOptions extends NetworkOptions, PrecisionOptions {
  readonly precision: Precision & Precision;
  readonly engine: Engine;
  readonly batches: readonly number[];
  readonly form?: PipelineOptions;
  readonly timing: TimingLimits;
  readonly signal?: AbortSignal;
}

/** What benching one model in one precision found. */
export interface BenchResult extends LayerFindings {
  readonly measurements: readonly ModelMeasurement[];
  /** What speaks against the figures: an engine that is not what was asked for, times that are not steady. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Builds a spec's engine in a temporary folder, judges its layers where the target tells them, and times it at each batch size. */
export async function benchSpec(spec: Spec, options: BenchOptions): Promise<BenchResult> {
  const { engine } = options;
  if (engine.buildsOnly) fail('tensorrt-rtx-needs-gpu', { doing: 'timing' });
  const network = await loadNetwork(spec, options);
  try {
    return await withTemporaryFolder(async (directory) => {
      const made = await buildModel(network, { ...options, directory });
      const { built, graph, manifest } = made;
      const { float32Nodes } = manifest;
      const audits = await auditEngine(engine, graph, { ...options, float32Nodes, directory });
      const { name: model } = spec;
      const timed = { ...options, model, timedBatches: options.batches };
      const { measurements: measured, diagnostics } = await measureBatches(engine, made, timed);
      const subject = { model, directory, built, audits, measurements: measured };
      const measurements = measured.map((measurement) => ({ model, ...measurement }));
      return {
        ...(await findLayers(subject)),
        measurements,
        diagnostics: [...auditErrors(audits), ...diagnostics, ...stabilityWarnings(measurements)],
      };
    });
  } finally {
    network.close();
  }
}
