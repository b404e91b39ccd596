import type { Spec } from './spec.ts';

/** What decides the channels of a stage's blocks. */
export type StageWidths = Pick<
  Spec,
  'stageBlocks' | 'widths' | 'expansion' | 'groups' | 'groupWidth'
>;

/** The width for which `group-width` counts. */
const countedWidth = 64;

/** Channels of each 3×3 convolution in the blocks of a stage, counted from 0. */
export function innerChannels(spec: StageWidths, stage: number): number {
  const { stageBlocks, widths, groups, groupWidth } = spec;
  const width = widths[stage] ?? 0;
  if (stageBlocks[stage] === 'basic') return width;
  return Math.floor((width * groupWidth) / countedWidth) * groups;
}

/** Channels that the blocks of a stage, counted from 0, put out. */
export function outputChannels({ stageBlocks, widths, expansion }: StageWidths, stage: number) {
  return (widths[stage] ?? 0) * (stageBlocks[stage] === 'basic' ? 1 : expansion);
}
