import { readBlockPath } from '../ir/block-path.ts';
import type { Graph } from '../ir/graph.ts';
import { oncePer } from '../ir/once-per.ts';

/** What some frameworks count through when they name a layer. */
export interface NetworkLayout {
  /** Convolutions of the stem. */
  readonly stemConvs: number;
  /** Blocks of each stage. */
  readonly stages: readonly number[];
}

/** The layout of a network, from the paths of its parameters. */
export const layoutOf = oncePer((graph: Graph): NetworkLayout => {
  const stages: number[] = [];
  let stemConvs = 0;
  for (const { slot } of graph.initializers.values()) {
    if (!slot) continue;
    if (slot.role === 'conv.weight' && slot.path.startsWith('stem/conv')) stemConvs++;
    const { stage, block } = readBlockPath(slot.path) ?? {};
    if (stage === undefined || block === undefined) continue;
    stages[stage - 1] = Math.max(stages[stage - 1] ?? 0, block + 1);
  }
  return { stemConvs, stages };
});
