import type { HeadKind } from '../../src/language/spec.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** The value that leaves the network and the name it leaves under. */
export interface NetworkOutput {
  readonly value: string;
  readonly name: string;
}

/** Global pool, linear layer and, where asked for, Softmax: [N, C, H, W] → [N, classes]. */
export function buildHead(
  builder: GraphBuilder,
  x: string,
  classes: number,
  head: HeadKind,
): NetworkOutput {
  const place = { kind: 'head' } as const;
  const features = builder.channelsOf(x);
  const pooled = builder.node('GlobalAveragePool', 'head/pool', [x]);
  const flat = builder.node('Flatten', 'head/flatten', [pooled], { axis: 1 });
  const weight = builder.parameter('head/fc.weight', [classes, features], place, 'linear.weight');
  const bias = builder.parameter('head/fc.bias', [classes], place, 'linear.bias');
  const logits = builder.node('Gemm', 'head/fc', [flat, weight, bias], { transB: 1 });
  if (head === 'logits') return { value: logits, name: 'logits' };
  const value = builder.node('Softmax', 'head/softmax', [logits], { axis: 1 });
  return { value, name: 'probabilities' };
}
