import { classOutputOf } from '../../codegen/architecture/output-names.ts';
import type { Graph, Initializer } from '../../codegen/ir/graph.ts';
import { initializerOf, inputOf, producersOf } from '../../codegen/ir/walk.ts';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { readAll } from '../../codegen/tensors/tensor-source.ts';
import type { Tensor } from '../../engines/engine.ts';

/** What a network's logits are sums of: features [N, F], each times its weight [classes, F]. */
export interface LogitTerms {
  /** Name of the value. */
  readonly features: string;
  readonly weight: Initializer;
}

/** The terms of a network as trained; of the sum that a Softmax reads; undefined where there is none. */
export function findTerms(graph: Graph): LogitTerms | undefined {
  const producers = producersOf(graph);
  const end = producers.get(classOutputOf(graph.outputs)?.name ?? '');
  const last = end?.op === 'Softmax' ? producers.get(inputOf(end, 0)) : end;
  if (last?.op !== 'Gemm') return undefined;
  return { features: inputOf(last, 0), weight: initializerOf(graph, inputOf(last, 1)) };
}

/** Sums of the squares of each column of [rows, columns]. */
function squareSums(values: Float32Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (const [i, value] of values.entries()) {
    sums[i % columns] = (sums[i % columns] as number) + value ** 2;
  }
  return sums;
}

/** Root mean square, over images and classes, of √Σ(wᵢfᵢ)². */
export async function termSizeOf({ weight }: LogitTerms, features: Tensor): Promise<number> {
  if (!weight.source) throw new Error(`'${weight.name}' has no data`);
  const [classes = 1, count = 1] = weight.source.shape;
  const ofWeights = squareSums(float32View(await readAll(weight.source)), count);
  const ofFeatures = squareSums(float32View(features.bytes), count);
  const sum = ofWeights.reduce((total, squares, i) => total + squares * (ofFeatures[i] ?? 0), 0);
  return Math.sqrt(sum / (classes * (features.shape[0] ?? 1)));
}
