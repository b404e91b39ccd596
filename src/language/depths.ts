import type { BlockKind } from './spec.ts';

export interface DepthDefinition {
  readonly block: BlockKind;
  readonly stages: readonly number[];
}

/**
 * What a depth stands for. 18 to 152: He et al., "Deep Residual Learning for Image Recognition" (arXiv 1512.03385),
 * table 1; 200: PaddleClas' ResNet200_vd. timm's resnet200d has the stages [3, 24, 36, 3] and is written so.
 */
export const depths: ReadonlyMap<number, DepthDefinition> = new Map([
  [18, { block: 'basic', stages: [2, 2, 2, 2] }],
  [34, { block: 'basic', stages: [3, 4, 6, 3] }],
  [50, { block: 'bottleneck', stages: [3, 4, 6, 3] }],
  [101, { block: 'bottleneck', stages: [3, 4, 23, 3] }],
  [152, { block: 'bottleneck', stages: [3, 8, 36, 3] }],
  [200, { block: 'bottleneck', stages: [3, 12, 48, 3] }],
]);
