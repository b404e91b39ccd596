import type { Graph } from '../../codegen/ir/graph.ts';
import { printGraph } from '../../codegen/ir/print.ts';
import type { PipelineOptions } from '../../codegen/passes/pipeline.ts';
import type { ModelIdentity } from '../../engines/model-facts.ts';
import { sha256 } from '../io/sha256.ts';

/** Whose numbers a model has: those of a file with this digest (of the network under that key), or of this seed. */
export type WeightsIdentity =
  | { readonly digest: string; readonly key?: string | undefined }
  | { readonly seed: number };

/** The identity as text. */
export function identityText(weights: WeightsIdentity): string {
  if (!('digest' in weights)) return `seed ${weights.seed}`;
  return weights.key === undefined ? weights.digest : `${weights.digest} ${weights.key}`;
}

/** How a graph was made. */
export interface GraphOrigin {
  /** As lowered: what passes fold away, as the epsilon of batch norms, stands in it alone. */
  readonly trained: Graph;
  readonly pipeline: PipelineOptions;
  readonly graph: Graph;
}

/** What a builder is given, known before the file is written: the graph, whose numbers it has, and the ranges that an int8 graph was made with. */
export function identifyModel(
  { trained, pipeline, graph }: GraphOrigin,
  weights: WeightsIdentity,
): ModelIdentity {
  const { ranges, ...settings } = pipeline;
  return {
    graph: sha256([printGraph(trained), printGraph(graph), JSON.stringify(settings)].join('\n')),
    weights: identityText(weights),
    ranges: ranges ? sha256(JSON.stringify([...ranges])) : 'none',
  };
}
