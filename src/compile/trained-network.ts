import { basename, resolve } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { type Cost, countCost } from '../../codegen/cost.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { bindWeights } from '../../codegen/weights/naming/bind.ts';
import { synthesizeWeights } from '../../codegen/weights/synthesize.ts';
import { createDiagnostic, fail } from '../diagnostics/diagnostic.ts';
import type { Reference, Spec } from '../language/spec.ts';
import type { Manifest } from './manifest.ts';
import type { ModelOptions } from './model-options.ts';
import { neighbourWarnings } from './neighbour-warnings.ts';
import { runPhase } from './phases.ts';
import { openWeightsAt, startWeightsDigest } from './weights-files.ts';

/** What of the options decides a network and its numbers. */
export type NetworkOptions = Pick<
  ModelOptions,
  'weights' | 'weightsKey' | 'seed' | 'batch' | 'listener'
>;

/** A network with its weights bound, not yet folded: what the training framework computes. */
export interface TrainedNetwork {
  readonly spec: Spec;
  readonly graph: Graph;
  readonly cost: Cost;
  /** Digest of the weights file; computed when asked for, and checks that the file did not change meanwhile. */
  describeWeights(): Promise<Manifest['weights']>;
  close(): void;
}

/** Seed of made-up weights. */
export const defaultSeed = 1;

/** `25.58M`, `4.33G`. */
export function formatCount(value: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [size, unit] = units.find(([least]) => value >= least) ?? [1, ''];
  return `${(value / size).toFixed(size === 1 ? 0 : 2)}${unit}`;
}

/** A weights file and what of it is meant. */
interface WeightsChoice {
  readonly path: string;
  readonly scheme?: string | undefined;
  readonly key?: string | undefined;
}

/** Whether a file is the spec's own, however its path is spelled. */
export function isOwnFile({ weights }: Spec, path: string): boolean {
  return weights !== undefined && resolve(path) === resolve(weights.path);
}

/** The spec's reference, where the numbers are of the spec's weights. */
export function referenceFor(
  { spec }: Pick<TrainedNetwork, 'spec'>,
  { weights }: Pick<ModelOptions, 'weights'>,
): Reference | undefined {
  if (!spec.weights) return undefined;
  return weights === undefined || isOwnFile(spec, weights) ? spec.reference : undefined;
}

/** The options' file and key, else the spec's; undefined: made-up numbers. What the spec says of its file goes for no other. */
export function weightsOf(
  spec: Spec,
  options: Pick<ModelOptions, 'weights' | 'weightsKey'>,
): WeightsChoice | undefined {
  const { weights } = spec;
  const { weights: path = weights?.path, weightsKey } = options;
  if (path === undefined) {
    return weightsKey === undefined
      ? undefined
      : fail('weights-key-without-file', { key: weightsKey });
  }
  const own = isOwnFile(spec, path) ? weights : undefined;
  return { path, scheme: own?.scheme, key: weightsKey ?? own?.key };
}

/** A graph with the file's tensors in their places, none of which is read yet; `weights` are the caller's to close. Throws DiagnosticError. */
export async function bindFile(graph: Graph, spec: Spec, { path, scheme, key }: WeightsChoice) {
  const weights = await openWeightsAt(path);
  try {
    const bound = bindWeights(graph, weights.file, { scheme, key, span: spec.spans.weights });
    return { weights, ...bound };
  } catch (error) {
    weights.close();
    throw error;
  }
}

/** Lowers a spec and binds its weights. Throws DiagnosticError where the file cannot be read or does not fit. */
export async function loadNetwork(spec: Spec, options: NetworkOptions): Promise<TrainedNetwork> {
  const { listener } = options;
  const lowered = await runPhase('graph', listener, async () => {
    const graph = lowerSpec(spec, { batch: options.batch });
    const cost = countCost(graph);
    const detail = `${graph.nodes.length} nodes, ${formatCount(cost.params)} parameters, ${formatCount(cost.macs)} MACs`;
    return { value: { graph, cost }, detail };
  });
  listener?.onGraph?.('lower', lowered.graph);
  const choice = weightsOf(spec, options);
  if (choice === undefined) {
    const seed = options.seed ?? defaultSeed;
    listener?.onNote?.(createDiagnostic('weights-synthetic', { model: spec.name, seed }));
    return {
      spec,
      graph: synthesizeWeights(lowered.graph, seed),
      cost: lowered.cost,
      describeWeights: async () => ({ synthetic: true, seed }),
      close: () => undefined,
    };
  }
  return await runPhase('weights', listener, async () => {
    const { key } = choice;
    const { weights, graph, ...bound } = await bindFile(lowered.graph, spec, choice);
    const { file } = weights;
    const { scheme, tensorCount } = bound;
    const digesting = startWeightsDigest(weights.paths);
    for (const note of [...file.notes, ...bound.notes]) {
      listener?.onNote?.(createDiagnostic('weights-note', { file: file.name, note }));
    }
    for (const warning of await neighbourWarnings(spec, weights)) listener?.onNote?.(warning);
    const network: TrainedNetwork = {
      spec,
      graph,
      cost: lowered.cost,
      async describeWeights() {
        const digest = await digesting.digest();
        weights.assertUnchanged();
        const named = { file: basename(weights.path), format: file.format, scheme };
        return { ...named, ...(key === undefined ? {} : { key }), digest };
      },
      close() {
        digesting.cancel();
        weights.close();
      },
    };
    return {
      value: network,
      detail: `${basename(weights.path)}: ${tensorCount} tensors, ${file.format}, ${scheme} names`,
    };
  });
}
