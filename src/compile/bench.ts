import type { TimingLimits } from '../../engines/target.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { withTemporaryFolder } from '../io/temporary-folder.ts';
import type { Spec } from '../language/spec.ts';
import { auditEngine, auditErrors } from './audit-engine.ts';
import { findLayers, type LayerFindings } from './layer-findings.ts';
import { buildModel } from './make-model.ts';
import { engineOf, type ModelOptions } from './model-options.ts';
import {
  type ModelMeasurement,
  measureBatches,
  measurementsOf,
  stabilityWarnings,
} from './timing.ts';
import { loadNetwork } from './trained-network.ts';

export interface BenchOptions extends ModelOptions {
  /** How long each batch is timed. */
  readonly timing: TimingLimits;
}

/** What benching one model in one precision found. */
export interface BenchResult extends LayerFindings {
  readonly measurements: readonly ModelMeasurement[];
  /** What speaks against the figures: an engine that is not what was asked for, times that are not steady. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Builds a spec's engine in a temporary folder, judges its layers where the target tells them, and times it at each batch size. */
export async function benchSpec(spec: Spec, options: BenchOptions): Promise<BenchResult> {
  const { target, timing: limits } = options;
  engineOf(target).buildsOnly?.refuse('timing');
  const network = await loadNetwork(spec, options);
  try {
    return await withTemporaryFolder(async (directory) => {
      const made = await buildModel(network, { ...options, directory });
      const { built, graph, manifest } = made;
      const { float32Nodes } = manifest;
      const audits = await auditEngine(graph, { ...options, float32Nodes, directory });
      const { name: model } = spec;
      const timed = await measureBatches(made, { ...options, model, limits });
      const { measurements: measured, diagnostics } = timed;
      const subject = { model, target, directory, built, audits, measurements: measured };
      const measurements = measurementsOf(manifest, measured);
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
