import type { GraphPrecision, GraphTarget, PipelineOptions } from './pipeline.ts';
import type { HeadForm } from './shape-head.ts';

/** The form that a target fuses best, as its compiler was seen to (docs/forms.md). */
interface HeadFormRow {
  readonly target: GraphTarget;
  /** Default: all. */
  readonly precision?: GraphPrecision;
  /** Only where the least compute capability is below this. */
  readonly below?: number;
  readonly form: HeadForm;
}

const asLowered: HeadForm = { layer: 'gemm', pool: 'GlobalAveragePool' };

/** The first row that fits decides; a target without one gets the head as it was lowered. */
const rows: readonly HeadFormRow[] = [
  {
    target: 'tensorrt-rtx',
    precision: 'int8',
    form: { layer: 'conv1x1', pool: 'AveragePool' },
  },
  // "FP32 GEMM is not supported" on Turing, and its FP16 Gemm leaves bias and Cast to another kernel, as convolutions do.
  {
    target: 'tensorrt-rtx',
    below: 8,
    form: { layer: 'mul-sum', pool: 'AveragePool' },
  },
  { target: 'tensorrt-rtx', form: { layer: 'gemm', pool: 'AveragePool' } },
  { target: 'tensorrt', precision: 'int8', form: { layer: 'conv1x1', pool: 'GlobalAveragePool' } },
];

/** The head's form for a target, a precision and the least compute capability (default: beyond all limits). */
export function headFormFor(
  options: Pick<PipelineOptions, 'target' | 'precision' | 'leastComputeCapability'>,
): HeadForm {
  const { target, precision, leastComputeCapability = Number.POSITIVE_INFINITY } = options;
  const row = rows.find(
    (candidate) =>
      candidate.target === target &&
      (candidate.precision ?? precision) === precision &&
      (candidate.below === undefined || leastComputeCapability < candidate.below),
  );
  return row?.form ?? asLowered;
}
