import { isShortcut, readBlockPath } from '../ir/block-path.ts';
import type { Graph, Initializer } from '../ir/graph.ts';
import { elementCount } from '../ir/types.ts';
import { bytesOf } from '../tensors/float-bytes.ts';
import { createRandomStream, hashText, type RandomStream } from '../tensors/random.ts';
import { type TensorSource, wholeTensor } from '../tensors/tensor-source.ts';
import { layoutOf } from './network-layout.ts';
import type { ParameterRole } from './parameter-slot.ts';

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
  'conv.bias': fillEach((stream) => 0.1 * stream.normal()),
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

/** The last batch norm of each block's branch, by the name of its scale, and its factor. */
function branchScales(graph: Graph): ReadonlyMap<string, number> {
  const { stages } = layoutOf(graph);
  const last = new Map<string, readonly [name: string, factor: number]>();
  for (const { name, slot } of graph.initializers.values()) {
    const place = slot?.role === 'bn.scale' ? readBlockPath(slot.path) : undefined;
    if (place?.stage === undefined || isShortcut(name)) continue;
    const blocks = stages[place.stage - 1] ?? 1;
    last.set(`${place.stage}/${place.block}`, [name, 0.5 / Math.sqrt(blocks)]);
  }
  return new Map(last.values());
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
  const scales = branchScales(graph);
  const initializers = new Map(
    [...graph.initializers].map(([name, initializer]) => {
      const { slot } = initializer;
      if (!slot) return [name, initializer];
      const source = syntheticSource(initializer, slot.role, seed, scales.get(name) ?? 1);
      return [name, { ...initializer, source }];
    }),
  );
  return { ...graph, initializers };
}
