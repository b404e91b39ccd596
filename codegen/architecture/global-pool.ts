import type { HeadPool } from '../../src/language/spec.ts';
import { constantSource } from '../quantization/constant.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Step } from './step.ts';

type Pool = (builder: GraphBuilder, x: string, path: string) => string;

const average: Pool = (builder, x, path) => builder.node('GlobalAveragePool', path, [x]);

const max: Pool = (builder, x, path) =>
  builder.node('MaxPool', path, [x], {
    kernel_shape: builder.sidesOf(x),
    strides: [1, 1],
    pads: [0, 0, 0, 0],
  });

function both(builder: GraphBuilder, x: string, path: string): readonly string[] {
  return [average(builder, x, `${path}/average`), max(builder, x, `${path}/max`)];
}

const pools: Readonly<Record<HeadPool, Pool>> = {
  average,
  max,
  avgmax(builder, x, path) {
    const half = constantSource('float32', [1], Float32Array.of(0.5));
    const sum = builder.node('Add', `${path}/sum`, both(builder, x, path));
    return builder.node('Mul', path, [sum, builder.constant(`${path}.half`, half)]);
  },
  catavgmax: (builder, x, path) =>
    builder.node('Concat', path, both(builder, x, path), { axis: 1 }),
};

/** [N, C, H, W] → [N, C, 1, 1], or twice the channels. */
export function applyGlobalPool(
  builder: GraphBuilder,
  x: string,
  { path, how }: Step<'globalPool'>,
): string {
  return pools[how](builder, x, path);
}
