import type { InferredSpec } from '../../codegen/weights/inference/inferred-spec.ts';
import type { PropertyValues } from '../language/properties.ts';

/** PIL filters before it samples; OpenCV, which PaddleClas uses, does not. */
const pillow: PropertyValues = { 'preprocess.antialias': true };

/** How a framework prepares pictures where nothing says how; the names of the parameters tell which framework it was. */
const habits: Readonly<Partial<Record<InferredSpec['scheme'], PropertyValues>>> = {
  torchvision: pillow,
  timm: pillow,
};

export function habitsOf(scheme: InferredSpec['scheme']): PropertyValues {
  return habits[scheme] ?? {};
}
