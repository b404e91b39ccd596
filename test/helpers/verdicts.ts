import { compareOutputs, type VerdictFigures } from '../../engines/compare.ts';

/** As `compareOutputs`, for logits that are all finite. */
export function compareFinite(...given: Parameters<typeof compareOutputs>) {
  const verdict = compareOutputs(...given);
  if (!verdict.absoluteError) throw new Error(verdict.reason);
  return verdict satisfies VerdictFigures;
}
