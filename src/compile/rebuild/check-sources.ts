import { existsSync } from 'node:fs';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import type { Manifest } from '../manifest.ts';
import type { ModelOptions } from '../model-options.ts';
import { digestSpec } from '../spec-digest.ts';
import { weightsOf } from '../trained-network.ts';
import { digestWeightsAt } from '../weights-files.ts';

/** The short form in which digests are shown. */
const shownDigest = 12;

/** A digest in the words of a message. */
export const shortDigest = (digest: string): string => digest.slice(0, shownDigest);

const specSource = { what: 'spec', option: '--spec' } as const;
const weightsSource = { what: 'weights file', option: '--weights' } as const;

/** DiagnosticError `rebuild-source-missing` where nothing is at a path. `asked` is the path as the command had it. */
export function requireSource(
  source: { readonly what: string; readonly option: string },
  path: string,
  { asked, tried }: { readonly asked: string; readonly tried: readonly string[] },
): void {
  if (!existsSync(path)) fail('rebuild-source-missing', { ...source, path: asked, tried });
}

export function requireSpec(path: string, asked: string, tried: readonly string[]): void {
  requireSource(specSource, path, { asked, tried });
}

/** The model of the manifest among those of a spec file. Throws DiagnosticError where it means something else than it did. */
export function sameSpec(specs: readonly Spec[], manifest: Manifest, path: string): Spec {
  const spec = specs.find(({ name }) => name === manifest.model);
  const expected = `model ${manifest.model}, ${shortDigest(manifest.spec.digest)}`;
  const found = spec
    ? shortDigest(digestSpec(spec))
    : `models ${specs.map(({ name }) => name).join(', ')}`;
  if (spec && digestSpec(spec) === manifest.spec.digest) return spec;
  return fail('rebuild-source-changed', { ...specSource, path, expected, found });
}

function tellWeights(weights: Manifest['weights']): string {
  return 'digest' in weights
    ? shortDigest(weights.digest)
    : `made-up numbers (seed ${weights.seed})`;
}

/** Throws DiagnosticError where the weights that would be taken are gone or others than the manifest's. */
export async function requireWeights(
  spec: Spec,
  { weights }: Manifest,
  options: Pick<ModelOptions, 'weights' | 'weightsKey'>,
  { asked: word, tried }: { readonly asked: string | undefined; readonly tried: readonly string[] },
): Promise<void> {
  const path = weightsOf(spec, options)?.path;
  if (path === undefined && 'synthetic' in weights) return;
  const expected = tellWeights(weights);
  const asked = word ?? path ?? ('file' in weights ? weights.file : '');
  if (path === undefined) fail('rebuild-source-missing', { ...weightsSource, path: asked, tried });
  requireSource(weightsSource, path, { asked, tried });
  const digest = await digestWeightsAt(path);
  if ('digest' in weights && digest === weights.digest) return;
  fail('rebuild-source-changed', { ...weightsSource, path, expected, found: shortDigest(digest) });
}
