import type { Spec } from './spec.ts';

/** What decides the inner channels of a block. */
export type GroupedWidths = Pick<Spec, 'block' | 'groups' | 'groupWidth'>;

/** The width for which `group-width` counts. */
const countedWidth = 64;

/** Inner channels of the blocks of a stage, by the stage's width. */
export function innerWidth({ block, groups, groupWidth }: GroupedWidths, width: number): number {
  if (block === 'basic') return width;
  return Math.floor((width * groupWidth) / countedWidth) * groups;
}
