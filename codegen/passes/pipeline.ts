import { castFloat16 } from './cast-float16.ts';
import { expandFusedConv } from './expand-fused-conv.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { fuseResidual } from './fuse-residual.ts';
import type { Pass } from './pass.ts';

export type GraphPrecision = 'fp32' | 'fp16';

interface PipelineRow {
  readonly pass: Pass;
  /** Precisions it runs for; undefined: all. */
  readonly precisions?: readonly GraphPrecision[];
}

/** Every pass, in the order in which they run. */
const rows: readonly PipelineRow[] = [
  { pass: foldBatchNorm },
  { pass: fuseResidual },
  { pass: castFloat16, precisions: ['fp16'] },
  { pass: expandFusedConv },
];

export const passNames: readonly string[] = rows.map(({ pass }) => pass.name);

/** The passes from the trained graph to the one that is written, for a precision. */
export function passesFor(precision: GraphPrecision): readonly Pass[] {
  return rows
    .filter(({ precisions }) => !precisions || precisions.includes(precision))
    .map(({ pass }) => pass);
}
