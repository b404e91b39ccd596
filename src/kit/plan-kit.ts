import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { keptNodes, passesFor } from '../../codegen/passes/pipeline.ts';
import { precisionRow } from '../../codegen/precisions.ts';
import type { ModelFacts, ModelIdentity } from '../../engines/model-facts.ts';
import type { Target } from '../../engines/target.ts';
import { modelFactsOf } from '../compile/model-facts.ts';
import { identifyModel } from '../compile/model-identity.ts';
import { planModel } from '../compile/planned-model.ts';
import { preparePrecision } from '../compile/precision.ts';
import { loadNetwork, weightsOf } from '../compile/trained-network.ts';
import { digestWeightsAt } from '../compile/weights-files.ts';
import type { Spec } from '../language/spec.ts';
import type { KitOptions } from './kit.ts';
import { familiesOf, keyPartsOf, type PlannedFamily } from './kit-families.ts';
import { intentFor, type KitIntent } from './kit-intent.ts';
import { type KitKeyParts, kitKey } from './kit-key.ts';
import { attemptFolder } from './script.ts';

/** A kit that was not made. */
export interface PlannedKit {
  /** As `makeKit` will give it: same key, same measurement. */
  readonly key: string;
  readonly keyParts: KitKeyParts;
  readonly batches: readonly number[];
  /** As trained. */
  readonly graph: Graph;
}

export type KitPlanner = (options: KitOptions) => Promise<PlannedKit>;

type IdentifiedModel = ModelFacts & { readonly identity: ModelIdentity };

/** `compute` once for each key. What is kept is small: no graph, no weights. */
function remember<T>(known: Map<string, T>, key: string, compute: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = compute();
  known.set(key, value);
  return value;
}

/** A graph that depends on ranges is known when they are: they are measured, or taken from the calibration in the folder of the options. */
async function calibratedModel(options: KitOptions, target: Target): Promise<IdentifiedModel> {
  const network = await loadNetwork(options.spec, options);
  try {
    const { pipeline } = await preparePrecision(network, { ...options, target });
    const { graph } = runPasses(network.graph, passesFor(pipeline));
    const weights = await network.describeWeights();
    const identity = identifyModel({ trained: network.graph, pipeline, graph }, weights);
    const float32Nodes = keptNodes(graph, target.precision, pipeline);
    return {
      ...modelFactsOf(graph, { directory: attemptFolder, identity, float32Nodes }),
      identity,
    };
  } finally {
    network.close();
  }
}

async function plainModel(options: KitOptions, target: Target): Promise<IdentifiedModel> {
  const weights = weightsOf(options.spec, options);
  // What cannot be read is told here; planning alone would go on without it.
  if (weights) await digestWeightsAt(weights.path);
  const { facts } = await planModel(options.spec, { ...options, target, directory: attemptFolder });
  const { identity } = facts;
  if (!identity) throw new Error('a planned model has an identity');
  // As a kit names it: beside run.sh.
  return { ...facts, identity };
}

function modelFor(options: KitOptions, target: Target): Promise<IdentifiedModel> {
  const make = precisionRow(options.precision).isCalibrated ? calibratedModel : plainModel;
  return make(options, target).then((model) => ({ ...model, path: 'model.onnx' }));
}

function settingsText({ precision, tensorrt, timing, batch, batches }: KitOptions): string {
  return JSON.stringify([precision, tensorrt, timing, batch, batches]);
}

/** Two forms that make the same graph of a network, whichever GPU or release wants it. */
function formText({ precision, form }: Target): string {
  const { head, int8Form, int8Weights, int8Rest } = form;
  return JSON.stringify([precision, head, int8Form?.name, int8Weights, int8Rest]);
}

/**
 * Plans kits that share all options but spec, precision, GPU and release; nothing is written but calibrations. A network is lowered once for all its
 * cells, and its graph made once for each precision and form. Throws DiagnosticError as `makeKit` would.
 */
export function createKitPlanner(): KitPlanner {
  const intents = new Map<string, KitIntent>();
  const families = new Map<string, readonly PlannedFamily[]>();
  const models = new WeakMap<Spec, Map<string, Promise<IdentifiedModel>>>();
  return async (options) => {
    const kit = remember(intents, settingsText(options), () => intentFor(options));
    const own = models.get(options.spec) ?? new Map<string, Promise<IdentifiedModel>>();
    models.set(options.spec, own);
    const model = await remember(own, formText(kit.target), () => modelFor(options, kit.target));
    const { identity, ...facts } = model;
    // Classes are no part of a command line: networks that differ in them alone share one plan.
    const outputs = facts.outputs.map(({ shape, ...output }) => [output, shape[0], shape.length]);
    const text = JSON.stringify([settingsText(options), { ...facts, outputs }]);
    const planned = remember(families, text, () => familiesOf(kit, facts, 'planning'));
    const keyParts = keyPartsOf(kit, identity, planned);
    const graph = lowerSpec(options.spec, { batch: options.batch });
    return { key: kitKey(keyParts), keyParts, batches: kit.intent.batches, graph };
  };
}
