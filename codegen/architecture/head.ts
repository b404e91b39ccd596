import { headKindOf } from '../../src/language/outputs.ts';
import type { Spec } from '../../src/language/spec.ts';
import type { Step } from './step.ts';

type HeadWords = Pick<Spec, 'classes' | 'head' | 'pool'>;

const flatten: Step = { kind: 'flatten', path: 'head/flatten' };

/** The linear layer of an embedding is a 1×1 convolution, so that its batch norm folds as any other. */
function embeddingSteps({ head }: HeadWords): readonly Step[] {
  const path = 'head/embedding';
  const size = typeof head === 'string' ? undefined : head.size;
  const layer: readonly Step[] =
    size === undefined
      ? []
      : [{ kind: 'conv', path, channels: size, kernel: 1, stride: 1, bias: true }];
  // A norm of a map of one pixel is batch norm, whatever norm the blocks have.
  return [...layer, { kind: 'norm', path: `${path}/bn`, always: 'batch' }, flatten];
}

function logitsSteps({ classes }: HeadWords): readonly Step[] {
  return [flatten, { kind: 'linear', path: 'head/fc', channels: classes }];
}

const behindPool: Readonly<
  Record<ReturnType<typeof headKindOf>, (words: HeadWords) => readonly Step[]>
> = {
  logits: logitsSteps,
  softmax: (words) => [...logitsSteps(words), { kind: 'softmax', path: 'head/softmax' }],
  features: () => [flatten],
  embedding: embeddingSteps,
};

/** Global pool and what the head has behind it: [N, C, H, W] → [N, numbers]. */
export function headSteps(words: HeadWords): readonly Step[] {
  const pool: Step = { kind: 'globalPool', path: 'head/pool', how: words.pool };
  return [pool, ...behindPool[headKindOf(words.head)](words)];
}
