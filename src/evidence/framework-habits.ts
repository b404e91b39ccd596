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
  scheme,
  multiPath,
}: Pick<InferredSpec, 'scheme' | 'multiPath'>): ReadonlyMap<PropertyName, string> {
  // The two frameworks' Res2Nets differ in no name and no shape, and always in these two parts.
  const remark = `start and padding as ${scheme} has them`;
  return new Map(multiPath.kind === 'res2net' ? [['multi-path', remark]] : []);
}
