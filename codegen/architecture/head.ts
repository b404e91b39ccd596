import type { HeadKind } from '../../src/language/spec.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** Global pool, linear layer and, where asked for, Softmax: [N, C, H, W] → [N, classes]. */
export function buildHead(
  builder: GraphBuilder,
  x: string,
  classes: number,
  head: HeadKind,
): string {
  const place = { kind: 'head' } as const;
  const features = builder.channelsOf(x);
  const pooled = builder.node('GlobalAveragePool', 'head/pool', [x]);
  const flat = builder.node('Flatten', 'head/flatten', [pooled], { axis: 1 });
  const weight = builder.parameter('head/fc.weight', [classes, features], place, 'linear.weight');
  const bias = builder.parameter('head/fc.bias', [classes], place, 'linear.bias');
  const logits = builder.node('Gemm', 'head/fc', [flat, weight, bias], { transB: 1 });
  return head === 'softmax'
    ? builder.node('Softmax', 'head/softmax', [logits], { axis: 1 })
    : logits;
}
