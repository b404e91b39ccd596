import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { recogniseScheme } from '../naming/recognise-scheme.ts';
import type { WeightsFile } from '../weights-file.ts';
import { inferSpec } from './infer-spec.ts';
import type { InferredSpec } from './inferred-spec.ts';
import { shapesOf } from './named-shapes.ts';
import { UnsupportedNetwork } from './unsupported-network.ts';

/**
 * The network that a weights file is for, from names and shapes. DiagnosticError where the names are unknown or where the
 * network is none that a spec can describe, with the reason.
 */
export function describeWeights(file: WeightsFile): InferredSpec {
  const shapes = shapesOf(file);
  const naming = recogniseScheme(shapes.keys());
  if (!naming) {
    return fail('weights-names-unknown', {
      file: file.name,
      examples: [...shapes.keys()].slice(0, 4),
    });
  }
  try {
    return inferSpec(shapes, naming);
  } catch (error) {
    if (!(error instanceof UnsupportedNetwork)) throw error;
    return fail('weights-network-unsupported', { file: file.name, reason: error.message });
  }
}
