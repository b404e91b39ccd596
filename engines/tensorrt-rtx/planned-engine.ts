import type { Precision } from '../../codegen/precisions.ts';
import { engineKey, type PlannedEngine } from '../engine-key.ts';
import { fixedBatch, type ModelFacts } from '../model-facts.ts';
import { batchesOf } from './build.ts';
import { optionDefaults, type TensorrtRtxOptions } from './options.ts';

/** The engine that a model would be built into. */
export function plannedEngine(
  options: TensorrtRtxOptions,
  precision: Precision,
  model: ModelFacts,
): PlannedEngine {
  const { installation, computeCapabilities } = options;
  const { tf32 = optionDefaults.tf32, auxStreams = optionDefaults.auxStreams } = options;
  const key = engineKey({
    target: 'tensorrt-rtx',
    ...model.identity,
    precision,
    batches: Object.values(batchesOf(options, { batch: fixedBatch(model) })).join(':'),
    release: installation.version,
    'compute capability': computeCapabilities.join(', '),
    system: `${process.platform}-${process.arch}`,
    tf32: tf32 ? 'on' : 'off',
    'side streams': String(auxStreams),
  });
  return { key, notes: [] };
}
