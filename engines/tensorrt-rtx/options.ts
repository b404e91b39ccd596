import type { ComputeCapability } from './compute-capability.ts';
import type { TensorrtRtxInstallation } from './probe.ts';

/** Batches of an engine whose batch is free: kernels are chosen for `usual`. */
export interface BatchRange {
  readonly smallest: number;
  readonly usual: number;
  readonly largest: number;
}

export interface TensorrtRtxOptions {
  readonly installation: TensorrtRtxInstallation;
  /** In rising order; one engine serves them all. */
  readonly computeCapabilities: readonly ComputeCapability[];
  /** Default 1, 4, 8; a graph with a fixed batch has no use for it. */
  readonly batches?: BatchRange;
  /** Whether FP32 products may be computed as TF32; default false. */
  readonly tf32?: boolean;
  /** Side streams inside the engine; default 0: kernels run one after the other. */
  readonly auxStreams?: number;
  /** Default ten minutes. */
  readonly timeoutMs?: number;
}

export const optionDefaults = {
  batches: { smallest: 1, usual: 4, largest: 8 },
  tf32: false,
  auxStreams: 0,
  timeoutMs: 600_000,
} as const satisfies Partial<TensorrtRtxOptions>;
