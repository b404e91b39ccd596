import { basename } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { type Cost, countCost } from '../../codegen/cost.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { bindWeights } from '../../codegen/weights/naming/bind.ts';
import { synthesizeWeights } from '../../codegen/weights/synthesize.ts';
import { createDiagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import type { Manifest } from './manifest.ts';
import type { ModelOptions } from './model-options.ts';
import { runPhase } from './phases.ts';
import { openWeightsAt, startWeightsDigest } from './weights-files.ts';

/** What of the options decides a network and its numbers. */
export type NetworkOptions = Pick<ModelOptions, 'weights' | 'seed' | 'batch' | 'listener'>;

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

async function bindFile(graph: Graph, spec: Spec, path: string) {
  const weights = await openWeightsAt(path);
  try {
    const pinned = path === spec.weights?.path ? spec.weights.scheme : undefined;
    const bound = bindWeights(graph, weights.file, {
      scheme: pinned,
      span: spec.spans.weights,
    });
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
  const path = options.weights ?? spec.weights?.path;
  if (path === undefined) {
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
    const { weights, graph, scheme } = await bindFile(lowered.graph, spec, path);
    const { file } = weights;
    const digesting = startWeightsDigest(weights.paths);
    for (const note of file.notes) {
      listener?.onNote?.(createDiagnostic('weights-note', { file: file.name, note }));
    }
    const network: TrainedNetwork = {
      spec,
      graph,
      cost: lowered.cost,
      async describeWeights() {
        const digest = await digesting.digest();
        weights.assertUnchanged();
        return { file: basename(path), format: file.format, scheme, digest };
      },
      close() {
        digesting.cancel();
        weights.close();
      },
    };
    return {
      value: network,
      detail: `${basename(weights.path)}: ${file.tensors.size} tensors, ${file.format}, ${scheme} names`,
    };
  });
}
