import type { Spec } from '../../src/language/spec.ts';
import type { Step } from './step.ts';

/** Global pool, linear layer and, where asked for, Softmax: [N, C, H, W] → [N, classes]. */
export function headSteps({
  classes,
  head,
  pool,
}: Pick<Spec, 'classes' | 'head' | 'pool'>): readonly Step[] {
  const logits: readonly Step[] = [
    { kind: 'globalPool', path: 'head/pool', how: pool },
    { kind: 'flatten', path: 'head/flatten' },
    { kind: 'linear', path: 'head/fc', channels: classes },
  ];
  return head === 'logits' ? logits : [...logits, { kind: 'softmax', path: 'head/softmax' }];
}
