import type { GraphForm } from '../../codegen/passes/graph-form.ts';
import type { HeadForm } from '../../codegen/passes/shape-head.ts';
import type { Precision } from '../../codegen/precisions.ts';
import { tensorrtQuantizers } from '../tensorrt/planning/graph-form.ts';

interface HeadRow {
  /** Default: all. */
  readonly precision?: Precision;
  /** Only where the least compute capability is below this. */
  readonly below?: number;
  readonly head: HeadForm;
}

/** What the compiler was seen to fuse best (docs/forms.md); the first row that fits decides. */
const rows: readonly HeadRow[] = [
  { precision: 'int8', head: { layer: 'conv1x1', pool: 'AveragePool' } },
  { precision: 'fp8', head: { layer: 'conv1x1', pool: 'AveragePool' } },
  // "FP32 GEMM is not supported" on Turing, and its FP16 Gemm leaves bias and Cast to another kernel, as convolutions do.
  { below: 8, head: { layer: 'mul-sum', pool: 'AveragePool' } },
  { head: { layer: 'gemm', pool: 'AveragePool' } },
];

/** Turing's kernels are more with convolutions of their own than with slices, and so are those of float16 groups. */
function partsOf(precision: Precision, leastComputeCapability: number): GraphForm['parts'] {
  if (leastComputeCapability < 8) return 'slices';
  return precision === 'fp16' ? 'ungrouped-convolutions' : 'convolutions';
}

/** A generated kernel was seen to hold the mean of a map of 7×7, and not that of 14×14. Quantised graphs were not tried. */
const largestMeans: Readonly<Partial<Record<Precision, number>>> = { fp32: 49, fp16: 49 };

/** A graph of this precision for an engine whose least compute capability is this, e.g. 7.5; default: beyond all limits. */
export function tensorrtRtxForm(
  precision: Precision,
  leastComputeCapability = Number.POSITIVE_INFINITY,
): GraphForm {
  const row = rows.find(
    ({ precision: only = precision, below = Number.POSITIVE_INFINITY }) =>
      only === precision && (below === Number.POSITIVE_INFINITY || leastComputeCapability < below),
  );
  // The compiler takes every type from the graph.
  const typed = { int8Form: tensorrtQuantizers(precision), int8Rest: 'float16' } as const;
  const parts = partsOf(precision, leastComputeCapability);
  const largestMean = largestMeans[precision];
  return { precision, parts, largestMean, ...typed, ...(row ? { head: row.head } : {}) };
}
