import { engineKey, type PlannedEngine } from '../engine-key.ts';
import { fixedBatch, type ModelFacts } from '../model-facts.ts';
import { kernelClassOf } from '../processor.ts';
import type { OpenvinoOptions } from './options.ts';
import { openvinoPrecision } from './precisions.ts';

/** The engines that a model would be built into. Threads and streams are chosen when they are loaded. */
export function plannedEngine(options: OpenvinoOptions, model: ModelFacts): PlannedEngine {
  const { installation, precision, batches, processor } = options;
  const key = engineKey({
    target: 'openvino',
    ...model.identity,
    precision,
    hint: openvinoPrecision(precision).hint,
    batches: String(fixedBatch(model) ?? batches.join(',')),
    release: installation.version,
    kernels: kernelClassOf(processor),
    processor: processor.name,
    system: `${process.platform}-${process.arch}`,
  });
  return { key, notes: [] };
}
