import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { InferredSpec } from '../../codegen/weights/inference/inferred-spec.ts';
import { createNaming } from '../../codegen/weights/naming/naming.ts';
import type { NameScheme } from '../../codegen/weights/naming/scheme.ts';
import { wantedParameters } from '../../codegen/weights/naming/wanted-parameters.ts';
import type { Spec } from '../../src/language/spec.ts';
import { specOf } from './specs.ts';

/** Names and shapes of a network's parameters as this scheme has them. */
export function namedShapes(
  spec: Spec,
  scheme: NameScheme,
): readonly (readonly [name: string, shape: readonly number[]])[] {
  const wanted = [...wantedParameters(lowerSpec(spec), createNaming(scheme))];
  return wanted.map(({ name, shape }) => [name, shape] as const);
}

/** The spec that a description of weights stands for, on square pictures. */
export function specFromInferred(inferred: InferredSpec, side: number): Spec {
  const { scheme, depth, inputChannels, paramCount, unknowns, ...described } = inferred;
  return specOf({
    ...described,
    name: scheme,
    input: { channels: inputChannels, height: side, width: side },
  });
}
