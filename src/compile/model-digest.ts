import { createHash } from 'node:crypto';
import type { Graph } from '../../codegen/ir/graph.ts';
import { printGraph } from '../../codegen/ir/print.ts';
import type { TensorRanges } from '../../codegen/quantization/ranges.ts';

/** Whose numbers a model has: those of a file with this digest, or of this seed. */
export type WeightsIdentity = { readonly digest: string } | { readonly seed: number };

/** Digest of what a builder is given, known before the file is written: the graph, whose numbers it has, and the ranges that an int8 graph was made with. */
export function digestModel(
  graph: Graph,
  weights: WeightsIdentity,
  ranges: TensorRanges | undefined,
): string {
  const numbers = 'digest' in weights ? weights.digest : `seed ${weights.seed}`;
  const parts = [printGraph(graph), numbers, JSON.stringify([...(ranges ?? [])])];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
