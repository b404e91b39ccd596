import type { ShortcutKind } from '../../../src/language/spec.ts';
import { lowerSpec } from '../../architecture/lower.ts';
import { isShortcut } from '../../ir/block-path.ts';
import { type Candidate, networkOf } from './candidates.ts';
import type { NamedNetwork } from './named-shapes.ts';

const reasons = {
  alike: 'No shape of this network needs a projection.',
  old: 'PaddleClas 2.0 named vc and vd alike: `shortcut avgpool` if it is a vd.',
} as const;

export interface ShortcutGuess {
  readonly shortcut: ShortcutKind;
  /** Why it may be another; absent: it is known. */
  readonly unknown?: string;
}

/** Whether all shapes agree: not even a shortcut without parameters does anything. */
function isAlike(candidate: Candidate): boolean {
  const { nodes } = lowerSpec(networkOf({ ...candidate, shortcut: 'pad' }));
  return !nodes.some(({ name }) => isShortcut(name));
}

/** Kind of the shortcuts in the network that was found: names and shapes do not tell whether a projection stands behind a pool. */
export function shortcutKindOf(
  candidate: Candidate,
  { naming: { scheme }, shortcutKind }: Pick<NamedNetwork, 'naming' | 'shortcutKind'>,
): ShortcutGuess {
  if (isAlike(candidate)) return { shortcut: 'projection', unknown: reasons.alike };
  if (candidate.shortcut === 'pad') return { shortcut: 'pad' };
  if (shortcutKind) return { shortcut: shortcutKind };
  if (candidate.stem !== 'deep') return { shortcut: 'projection' };
  if (scheme.deepStemShortcut) return { shortcut: scheme.deepStemShortcut };
  // Only of plain networks is there a vc: ResNeXt_vd, SE_ResNet_vd and SENet154_vd have no twin.
  if (candidate.groups > 1 || candidate.attention.kind !== 'none') return { shortcut: 'avgpool' };
  return { shortcut: 'projection', unknown: reasons.old };
}
