import type { Verdict } from '../../engines/compare.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';

/** What a verdict says against a model; `against` is what was expected, in a few words. */
export function verdictDiagnostics(
  model: string,
  against: string,
  { ok, reason, precision, images, classes, nonFinite, output }: Verdict,
): readonly Diagnostic[] {
  if (ok) return [];
  const total = images * classes;
  const { actual, expected } = nonFinite;
  // An engine that repeats what is no number is not to blame for it.
  if (expected > 0) {
    return [createDiagnostic('expected-not-finite', { model, against, count: expected, total })];
  }
  if (actual > 0) {
    const extent = `${actual} of ${total} ${output === undefined ? 'logits' : `numbers of ${output}`}`;
    return [createDiagnostic('outputs-not-finite', { model, precision, extent })];
  }
  return [createDiagnostic('verification-failed', { model, precision, reason })];
}
