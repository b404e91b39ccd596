import type { InferredSpec } from '../../codegen/weights/inference/inferred-spec.ts';
import type { Spec } from '../../src/language/spec.ts';
import { specOf } from './specs.ts';

/** The spec that a description of weights stands for, on square pictures. */
export function specFromInferred(inferred: InferredSpec, side: number): Spec {
  const { scheme, depth, inputChannels, paramCount, unknowns, ...described } = inferred;
  return specOf({
    ...described,
    name: scheme,
    input: { channels: inputChannels, height: side, width: side },
  });
}
