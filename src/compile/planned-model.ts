import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { keptNodes, type PipelineOptions, passesFor } from '../../codegen/passes/pipeline.ts';
import { precisionRow } from '../../codegen/precisions.ts';
import type { ModelFacts, ModelIdentity } from '../../engines/model-facts.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { unknownPart } from '../engine-cache/why.ts';
import type { Spec } from '../language/spec.ts';
import { modelFactsOf } from './model-facts.ts';
import { identifyModel, type WeightsIdentity } from './model-identity.ts';
import type { MakeOptions } from './model-options.ts';
import { pipelineFor } from './precision.ts';
import { defaultSeed, weightsOf } from './trained-network.ts';
import { digestWeightsAt } from './weights-files.ts';

/** A model as it would be written. */
export interface PlannedModel {
  readonly facts: ModelFacts;
  /** Why a part of its identity, which is `?`, is not known yet. */
  readonly unknown?: Diagnostic;
}

/** Whose numbers the model would have, or why that is not known. */
async function identifyWeights(
  spec: Spec,
  options: MakeOptions,
): Promise<WeightsIdentity | string> {
  const choice = weightsOf(spec, options);
  if (choice === undefined) return { seed: options.seed ?? defaultSeed };
  try {
    return { digest: await digestWeightsAt(choice.path), key: choice.key };
  } catch (error) {
    const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
    if (!first) throw error;
    return first.message;
  }
}

async function identify(
  spec: Spec,
  graphs: { readonly trained: Graph; readonly pipeline: PipelineOptions; readonly graph: Graph },
  options: MakeOptions,
): Promise<{ readonly identity: ModelIdentity; readonly reason?: string }> {
  const { title, isCalibrated } = precisionRow(options.target.precision);
  const weights = await identifyWeights(spec, options);
  const known = identifyModel(graphs, typeof weights === 'string' ? { seed: 0 } : weights);
  const identity = {
    ...known,
    ...(typeof weights === 'string' ? { weights: unknownPart } : {}),
    ...(isCalibrated ? { ranges: unknownPart } : {}),
  };
  if (isCalibrated) return { identity, reason: `${title} takes its ranges from a calibration.` };
  return { identity, ...(typeof weights === 'string' ? { reason: weights } : {}) };
}

/** The model that `makeModel` would write, without its numbers. Throws DiagnosticError where the options do not fit the network. */
export async function planModel(spec: Spec, options: MakeOptions): Promise<PlannedModel> {
  const { directory, target, batch } = options;
  const trained = lowerSpec(spec, { batch });
  const pipeline = pipelineFor(spec, trained, target.form, options);
  const { graph } = runPasses(trained, passesFor(pipeline));
  const { identity, reason } = await identify(spec, { trained, pipeline, graph }, options);
  const float32Nodes = keptNodes(graph, target.precision, pipeline);
  return {
    facts: modelFactsOf(graph, { directory, identity, float32Nodes }),
    ...(reason === undefined ? {} : { unknown: createDiagnostic('cache-key-unknown', { reason }) }),
  };
}
