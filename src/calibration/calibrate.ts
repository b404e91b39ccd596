import type { Graph } from '../../codegen/ir/graph.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { CalibrationAlgorithm } from './algorithm-names.ts';
import { chooseRange } from './algorithms.ts';
import { CountingThread } from './counting-thread.ts';
import type { CalibrationData } from './data.ts';
import { Histogram } from './histogram.ts';
import { observeNetwork } from './observe.ts';

/** What a calibration found out about one tensor. */
export interface CalibratedTensor {
  /** Largest |x| that was seen. */
  readonly largest: number;
  /** Largest |x| that int8 is to hold. */
  readonly range: number;
}

export type CalibratedTensors = ReadonlyMap<string, CalibratedTensor>;

export interface CalibrateOptions {
  readonly algorithm: CalibrationAlgorithm;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a fused network over the data and chooses a range for its input and for every tensor that it computes.
 * Throws DiagnosticError `activations-not-finite`.
 */
export async function calibrate(
  fused: Graph,
  data: CalibrationData,
  { algorithm, signal }: CalibrateOptions,
): Promise<CalibratedTensors> {
  const histograms = new Map<string, Histogram>();
  const thread = new CountingThread();
  const onTensor = async (tensor: string, numbers: Float32Array): Promise<void> => {
    let histogram = histograms.get(tensor);
    if (!histogram) {
      histogram = new Histogram();
      histograms.set(tensor, histogram);
    }
    const largest = await histogram.addSent(thread.send(numbers));
    if (!Number.isFinite(largest)) {
      fail('activations-not-finite', { tensor, value: `${largest}`, data: data.description });
    }
  };
  try {
    await observeNetwork(fused, data, { onTensor }, signal);
  } finally {
    await thread.close();
  }
  return new Map(
    [...histograms].map(([tensor, histogram]) => [
      tensor,
      { largest: histogram.largest, range: chooseRange(algorithm, histogram.read()) },
    ]),
  );
}
