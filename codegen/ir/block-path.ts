/* Names of nodes are paths: a part of the network, a block of it, a step: `stem/conv1`, `stage2/block0/conv3/bn`, `head/fc`. */

/** Where in the stages a path leads. */
export interface BlockPath {
  /** From 1; undefined where blocks are counted through all stages, as in `block7/conv1`. */
  readonly stage: number | undefined;
  /** From 0. */
  readonly block: number;
  /** What follows the block: `conv1`, `shortcut/bn`. */
  readonly step: string;
}

const pattern = /^(?:stage(\d+)\/)?block(\d+)\/(.+)$/;

/** The path's parts; undefined where it leads to no step of a block. */
export function readBlockPath(path: string): BlockPath | undefined {
  const [, stage, block, step = ''] = pattern.exec(path) ?? [];
  if (block === undefined) return undefined;
  return { stage: stage === undefined ? undefined : Number(stage), block: Number(block), step };
}

/** Whether the path leads to a step past the main branch. */
export function isShortcut(path: string): boolean {
  return /^shortcut\b/.test(readBlockPath(path)?.step ?? '');
}
