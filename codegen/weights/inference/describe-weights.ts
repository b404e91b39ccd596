import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { type ChooseOptions, chooseNetwork } from '../naming/choose-network.ts';
import { failWithoutStatistics, mayMeasureNothing } from '../naming/statistics.ts';
import type { WeightsFile } from '../weights-file.ts';
import { inferSpec } from './infer-spec.ts';
import type { InferredSpec } from './inferred-spec.ts';
import { namedNetwork } from './named-shapes.ts';
import { UnsupportedNetwork } from './unsupported-network.ts';

export interface DescribeOptions extends Pick<ChooseOptions, 'key'> {
  /** Told which of a file's networks was taken and what was left aside, a sentence each. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * The network that a weights file is for, from names and shapes. DiagnosticError where the names are unknown or where the
 * network is none that a spec can describe, with the reason, or has no running statistics.
 */
export function describeWeights(file: WeightsFile, options: DescribeOptions = {}): InferredSpec {
  const network = chooseNetwork(file, { key: options.key });
  try {
    const named = namedNetwork(network);
    if (!mayMeasureNothing(file, named)) failWithoutStatistics(file, named);
    const inferred = inferSpec(named);
    for (const note of network.notes) options.onNote?.(note);
    return inferred;
  } catch (error) {
    if (!(error instanceof UnsupportedNetwork)) throw error;
    return fail('weights-network-unsupported', { file: file.name, reason: error.message });
  }
}
