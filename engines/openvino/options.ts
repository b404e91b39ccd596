import type { Precision } from '../../codegen/precisions.ts';
import type { Processor } from '../processor.ts';
import type { Installation } from '../python/installation.ts';
import { openvinoPrecision } from './precisions.ts';

/** What a user may say of how models are run. */
export interface RunOptions {
  /** Absent: one a core that may be used. */
  readonly threads?: number | undefined;
  /** Absent: as the hint has it, one for `latency`. */
  readonly streams?: number | undefined;
  readonly hint: 'latency' | 'throughput';
}

export interface OpenvinoOptions extends RunOptions {
  readonly installation: Installation;
  readonly processor: Processor;
  readonly precision: Precision;
  /** An engine is built for each; a graph that fixes its batch has one. */
  readonly batches: readonly number[];
  /** Longest that one request may take. */
  readonly timeoutMs: number;
}

/** OpenVINO's properties. The precision is always among them: without it bfloat16 is computed wherever the processor has it. */
export function propertiesOf({ precision, threads, streams, hint, processor }: OpenvinoOptions) {
  return {
    INFERENCE_PRECISION_HINT: openvinoPrecision(precision).hint,
    PERFORMANCE_HINT: hint.toUpperCase(),
    INFERENCE_NUM_THREADS: threads ?? processor.usableCores,
    ...(streams === undefined ? {} : { NUM_STREAMS: String(streams) }),
    ENABLE_CPU_PINNING: true,
  };
}
