import type { InferredSpec } from '../../codegen/weights/inference/inferred-spec.ts';
import type { PropertyName, PropertyValues } from '../language/properties.ts';

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

/** What no file of the network tells and its framework settles, by property: what stands behind its value. */
export function settledBy({
  multiPath,
}: Pick<InferredSpec, 'multiPath'>): ReadonlyMap<PropertyName, string> {
  if (multiPath.kind !== 'res2net') return new Map();
  // The names of the parts tell whose Res2Net it is; each has one rule for all of its own.
  const owner = multiPath.start === 'pooled' ? 'timm' : 'PaddleClas';
  return new Map([['multi-path', `start and padding as in ${owner}, by its names`]]);
}
