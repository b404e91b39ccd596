import { createHash } from 'node:crypto';
import type { Graph } from '../../codegen/ir/graph.ts';
import { printGraph } from '../../codegen/ir/print.ts';
import type { TensorRanges } from '../../codegen/quantization/ranges.ts';

/** Whose numbers a model has: those of a file with this digest (of the network under that key), or of this seed. */
export type WeightsIdentity =
  | { readonly digest: string; readonly key?: string | undefined }
  | { readonly seed: number };

/** The identity as text. */
export function identityText(weights: WeightsIdentity): string {
  if (!('digest' in weights)) return `seed ${weights.seed}`;
  return weights.key === undefined ? weights.digest : `${weights.digest} ${weights.key}`;
}

/** Digest of what a builder is given, known before the file is written: the graph, whose numbers it has, and the ranges that an int8 graph was made with. */
export function digestModel(
  graph: Graph,
  weights: WeightsIdentity,
  ranges: TensorRanges | undefined,
): string {
  const parts = [printGraph(graph), identityText(weights), JSON.stringify([...(ranges ?? [])])];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
