import type { GraphPrecision, PipelineOptions } from '../../codegen/passes/pipeline.ts';
import type { Engine, Precision } from '../../engines/engine.ts';
import { withTemporaryFolder } from '../io/temporary-folder.ts';
import type { Spec } from '../language/spec.ts';
import { buildModel } from './compile.ts';
import type { PrecisionOptions } from './precision.ts';
import { type ModelMeasurement, measureBatches, type TimingLimits } from './timing.ts';
import { loadNetwork, type NetworkOptions } from './trained-network.ts';

export interface BenchOptions extends NetworkOptions, PrecisionOptions {
  readonly precision: Precision & GraphPrecision;
  readonly engine: Engine;
  readonly batches: readonly number[];
  readonly form?: PipelineOptions;
  readonly timing: TimingLimits;
  readonly signal?: AbortSignal;
}

/** Builds a spec's engine in a temporary folder and times it at each batch size. */
export async function benchSpec(
  spec: Spec,
  options: BenchOptions,
): Promise<readonly ModelMeasurement[]> {
  const { engine } = options;
  const network = await loadNetwork(spec, options);
  try {
    return await withTemporaryFolder(async (directory) => {
      const { built } = await buildModel(network, engine, { ...options, directory });
      const timed = { ...options, timedBatches: options.batches };
      const measurements = await measureBatches(engine, built, timed);
      return measurements.map((measurement) => ({ model: spec.name, ...measurement }));
    });
  } finally {
    network.close();
  }
}
