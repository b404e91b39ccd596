import { createHash } from 'node:crypto';
import type { Spec } from '../language/spec.ts';
import { type SpecJson, specToJson } from '../language/spec-json.ts';

/** What a spec means, free of the places of files: weights, labels and reference have digests of their own. */
export type SpecMeaning = Omit<SpecJson, 'file' | 'weights' | 'labels' | 'reference'>;

export function meaningOf(spec: Spec): SpecMeaning {
  const {
    file: _file,
    weights: _weights,
    labels: _labels,
    reference: _reference,
    ...meaning
  } = specToJson(spec);
  return meaning;
}

/** Digest of what a spec means: formatting, comments and where files lie do not count. */
export function digestSpec(spec: Spec): string {
  return createHash('sha256')
    .update(JSON.stringify(meaningOf(spec)))
    .digest('hex');
}
