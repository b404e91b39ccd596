import type { UnfittedStep } from './unfitted-steps.ts';

/** The ten constants of the roofline. All are fitted to published latencies: they stand for what they are named after, and for whatever else goes along with it. */
export interface EstimateConstants {
  /** Of every convolution and linear layer, in milliseconds: launch and the latency-bound end of small kernels. */
  readonly launchMs: number;
  /** Of every batch, in milliseconds. */
  readonly fixedMs: number;
  /** Cost of each picture, as a rate at which its float32 input is copied. */
  readonly copyGBps: number;
  /** Shares of the peak rate; above 1 where an algorithm multiplies less than the convolution's definition (Winograd). */
  readonly computeV100Fp32: number;
  readonly computeT4Fp32: number;
  readonly computeT4Fp16: number;
  /** Shares of the memory bandwidth. */
  readonly bandwidthV100: number;
  readonly bandwidthT4: number;
  /** How much small outputs slow tensor cores down: rate ∝ filled share ^ exponent. */
  readonly occupancyExponent: number;
  /** Rate of windows larger than 1×1 on tensor cores, relative to 1×1. */
  readonly windowed: number;
}

export type ConstantName = keyof EstimateConstants;

/** How far estimates lie from published latencies that the fit did not see, as shares of the published latency. */
export interface FitError {
  readonly mean: number;
  readonly p90: number;
  readonly worst: number;
}

/** Factors by which an estimate may be off: latency / factor … latency × factor. */
export interface BandFactors {
  /** Holds 90 % of held-out cells of the fitted settings. */
  readonly fitted: number;
  /** Worst case of each kind of extrapolation, from leaving such cells out. */
  readonly batch: number;
  readonly gpu: number;
  readonly precision: number;
  readonly network: number;
  /** Worst case of published relatives with a step that no fitted network has; absent where no such relative was published. */
  readonly steps: Readonly<Partial<Record<UnfittedStep, number>>>;
}

/** A fit with what it was made from and how good it is. Written by scripts/fit-estimate.ts. */
export interface Fit {
  readonly constants: EstimateConstants;
  readonly architecturesLeftOut: FitError;
  readonly depthsLeftOut: FitError;
  /** 320 pixels predicted from 224. */
  readonly largerInput: FitError;
  readonly band: BandFactors;
  /** `gpu precision` of the tables fitted to. */
  readonly tables: readonly string[];
  readonly batches: readonly number[];
  /** Smallest and largest network, in multiply-accumulates of one picture, and its side in pixels. */
  readonly macs: readonly [number, number];
  readonly sides: readonly [number, number];
}
