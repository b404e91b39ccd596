import type { Spec } from './spec.ts';

/** A spec as `rcc inspect --json` prints it: all but the places in the source. */
export type SpecJson = Omit<Spec, 'spans'>;

export function specToJson(spec: Spec): SpecJson {
  const { spans: _, ...json } = spec;
  return json;
}
