import type { Graph, Initializer } from '../ir/graph.ts';
import { elementCount } from '../ir/types.ts';
import { bytesOf } from '../tensors/float-bytes.ts';
import { createRandomStream, hashText, type RandomStream } from '../tensors/random.ts';
import { type TensorSource, wholeTensor } from '../tensors/tensor-source.ts';
import type { ParameterRole, ParameterSlot } from './parameter-slot.ts';

/** What a tensor's numbers depend on beside its stream. */
interface Recipe {
  readonly shape: readonly number[];
  /** Factor on the scale of the last batch norm of a branch: keeps the sum of many blocks from growing. */
  readonly branchScale: number;
}

type Fill = (values: Float32Array, stream: RandomStream, recipe: Recipe) => void;

function fillEach(make: (stream: RandomStream, recipe: Recipe) => number): Fill {
  return (values, stream, recipe) => {
    for (let i = 0; i < values.length; i++) values[i] = make(stream, recipe);
  };
}

/**
 * He et al. 2015: deviation √(2/fan-in) keeps the size of activations through convolution and ReLU. Batch norms then scale by
 * about 1 on average (mean of γ²/σ² near 1), with gammas of both signs and means and variances that differ by channel.
 */
const fills: Readonly<Record<ParameterRole, Fill>> = {
  'conv.weight': (values, stream, { shape }) => {
    stream.fillNormal(values, Math.sqrt(2 / elementCount(shape.slice(1))));
  },
  'bn.scale': fillEach((stream, { branchScale }) => {
    const size = 0.7 + 0.6 * stream.uniform();
    return (stream.uniform() < 0.2 ? -size : size) * branchScale;
  }),
  'bn.bias': fillEach((stream) => 0.1 * stream.normal()),
  'bn.mean': fillEach((stream) => 0.3 * stream.normal()),
  'bn.var': fillEach((stream) => 0.6 + stream.uniform()),
  'linear.weight': (values, stream, { shape }) => {
    stream.fillNormal(values, 1 / Math.sqrt(shape[1] ?? 1));
  },
  'linear.bias': fillEach((stream) => 0.1 * stream.normal()),
};

/** Index of the last layer of each block's branch, by block. */
function lastLayers(graph: Graph): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  for (const { slot } of graph.initializers.values()) {
    const place = slot?.place;
    if (place?.kind !== 'block' || typeof place.layer !== 'number') continue;
    last.set(place.flatBlock, Math.max(place.layer, last.get(place.flatBlock) ?? 0));
  }
  return last;
}

function branchScaleOf({ place }: ParameterSlot, last: ReadonlyMap<number, number>): number {
  if (place.kind !== 'block' || place.layer !== last.get(place.flatBlock)) return 1;
  return 0.5 / Math.sqrt(place.stageBlocks);
}

function syntheticSource(
  { name, type }: Initializer,
  role: ParameterRole,
  seed: number,
  branchScale: number,
): TensorSource {
  const shape = type.shape.map(Number);
  return wholeTensor('float32', shape, () => {
    const values = new Float32Array(elementCount(shape));
    fills[role](values, createRandomStream(hashText(name, seed)), { shape, branchScale });
    return bytesOf(values);
  });
}

/**
 * Seeded numbers for every parameter, fit for timing: activations and logits stay in a trained network's range at any depth.
 * The same seed gives the same bytes on every machine; each tensor has a stream of its own and is made when it is read.
 */
export function synthesizeWeights(graph: Graph, seed: number): Graph {
  const last = lastLayers(graph);
  const initializers = new Map(
    [...graph.initializers].map(([name, initializer]) => {
      const { slot } = initializer;
      if (!slot) return [name, initializer];
      const scale = branchScaleOf(slot, last);
      const source = syntheticSource(initializer, slot.role, seed, scale);
      return [name, { ...initializer, source }];
    }),
  );
  return { ...graph, initializers };
}
