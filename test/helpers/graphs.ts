import { applySteps } from '../../codegen/architecture/apply-steps.ts';
import { GraphBuilder } from '../../codegen/architecture/graph-builder.ts';
import { convNorm, convNormRelu } from '../../codegen/architecture/step.ts';
import type { Graph, Initializer } from '../../codegen/ir/graph.ts';
import { elementCount } from '../../codegen/ir/types.ts';
import { bytesSource } from '../../codegen/tensors/byte-range.ts';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import { storedTensor } from '../../codegen/tensors/stored-tensor.ts';
import { rowMajorStrides } from '../../codegen/tensors/tensor-layout.ts';
import type { TensorSource } from '../../codegen/tensors/tensor-source.ts';

/** Whole numbers from a linear congruential generator: the same on every machine. */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function sourceOf(values: Float32Array, shape: readonly number[]): TensorSource {
  const bytes = bytesSource('memory', bytesOf(values));
  const strides = rowMajorStrides(shape);
  return storedTensor(bytes, { dataType: 'float32', shape, strides, offset: 0 });
}

/** The graph with numbers in every initializer that has none; variances and scales are positive. */
export function withNumbers(graph: Graph, seed = 1): Graph {
  const fill = (initializer: Initializer, index: number): Initializer => {
    if (initializer.source) return initializer;
    const shape = initializer.type.shape.map(Number);
    const count = elementCount(shape);
    const values = numbers(count, seed * 1009 + index);
    const positive = initializer.slot?.role === 'bn.var' || initializer.slot?.role === 'bn.scale';
    const spread = positive ? 1 : Math.sqrt((3 * (shape[0] ?? 1)) / count);
    const shifted = values.map((value) => (positive ? 1 + value * 0.5 : value * spread));
    return { ...initializer, source: sourceOf(shifted, shape) };
  };
  const initializers = new Map(
    [...graph.initializers.values()].map((one, i) => [one.name, fill(one, i)]),
  );
  return { ...graph, initializers };
}

/** Convolution, batch norm, and Relu where wanted: [N, C, H, W] → [N, channels, H/stride, W/stride]. */
export function convBatchNorm(
  builder: GraphBuilder,
  x: string,
  {
    name,
    relu,
    ...conv
  }: { name: string; channels: number; kernel: number; stride: number; relu: boolean },
): string {
  return applySteps(builder, x, relu ? convNormRelu(name, conv) : convNorm(name, conv));
}

/** A network of a few nodes: `build` gets the builder and the input [N, channels, 8, 8] and gives the value that leaves. */
export function smallGraph(
  build: (builder: GraphBuilder, input: string) => string,
  channels = 3,
): Graph {
  const builder = new GraphBuilder({ norm: { kind: 'batch' }, epsilon: 1e-5 });
  const input = builder.input('input', { dataType: 'float32', shape: ['N', channels, 8, 8] });
  return builder.build('small', 13, [{ value: build(builder, input), name: 'logits' }]);
}
