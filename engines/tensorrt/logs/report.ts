import type { Banner } from '../planning/release.ts';

/** One line of the performance summary, in milliseconds. */
export interface MetricSummary {
  readonly minMs: number;
  readonly maxMs: number;
  readonly meanMs: number;
  readonly medianMs: number;
  /** Value by percentile, e.g. 99 → 1.4. */
  readonly percentilesMs: ReadonlyMap<number, number>;
}

export type MetricName = 'latency' | 'enqueue' | 'h2d' | 'gpuCompute' | 'd2h';

/** What trtexec printed under `=== Performance summary ===`. */
export interface PerformanceSummary {
  /** Queries a second through all streams; a query is one whole batch. */
  readonly throughputQps: number | undefined;
  readonly metrics: Readonly<Partial<Record<MetricName, MetricSummary>>>;
  readonly hostWalltimeS: number | undefined;
  readonly gpuComputeS: number | undefined;
}

/** What trtexec printed under `=== Device Information ===`. */
export interface DeviceBlock {
  readonly name?: string;
  readonly computeCapability?: string;
  readonly uuid?: string;
  readonly memoryMiB?: number;
  readonly multiprocessors?: number;
  readonly computeClockGHz?: number;
  readonly memoryClockGHz?: number;
}

/** A node that the ONNX parser stumbled over; empty texts where the log does not say. */
export interface OnnxComplaint {
  readonly node: string;
  readonly op: string;
  readonly reason: string;
}

export type Phase =
  | 'starting'
  | 'parsing'
  | 'building'
  | 'writing'
  | 'loading'
  | 'timing'
  | 'reporting';

/** Everything rcc takes from the output of one run. Its size does not grow with the output. */
export interface TrtexecReport {
  readonly banner: Banner | undefined;
  /** State of the last `&&&&` line: judge by the exit status first. */
  readonly state: Banner['state'] | undefined;
  readonly device: DeviceBlock;
  readonly phase: Phase;
  readonly parseS: number | undefined;
  readonly buildS: number | undefined;
  readonly deserializeS: number | undefined;
  readonly engineMiB: number | undefined;
  readonly warmUpQueries: number | undefined;
  readonly queries: number | undefined;
  readonly summary: PerformanceSummary;
  /** Lines of the summary that start with `* `: what trtexec itself doubts. */
  readonly doubts: readonly string[];
  /** First warnings and errors, each with the lines that belong to it. */
  readonly warnings: readonly string[];
  readonly warningCount: number;
  readonly errors: readonly string[];
  readonly errorCount: number;
  readonly onnx: OnnxComplaint | undefined;
}
