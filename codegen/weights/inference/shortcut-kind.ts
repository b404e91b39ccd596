import type { ShortcutKind } from '../../../src/language/spec.ts';
import { lowerSpec } from '../../architecture/lower.ts';
import { isShortcut } from '../../ir/block-path.ts';
import type { Naming } from '../naming/naming.ts';
import type { NameScheme } from '../naming/scheme.ts';
import type { WeightsFile } from '../weights-file.ts';
import { type Candidate, networkOf } from './candidates.ts';

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

/** A network of the file under names that say of its shortcuts what the file says of them, where it does. */
export function withShortcutKind<T extends { readonly naming: Naming }>(
  network: T,
  { shortcutKind }: WeightsFile,
): T {
  if (!shortcutKind) return network;
  const { naming } = network;
  return { ...network, naming: { ...naming, scheme: { ...naming.scheme, shortcutKind } } };
}

/** Kind of the shortcuts in the network that was found: names and shapes do not tell whether a projection stands behind a pool. */
export function shortcutKindOf(candidate: Candidate, scheme: NameScheme): ShortcutGuess {
  if (isAlike(candidate)) return { shortcut: 'projection', unknown: reasons.alike };
  if (candidate.shortcut === 'pad') return { shortcut: 'pad' };
  if (scheme.shortcutKind) return { shortcut: scheme.shortcutKind };
  if (candidate.stem !== 'deep') return { shortcut: 'projection' };
  if (scheme.deepStemShortcut) return { shortcut: scheme.deepStemShortcut };
  return { shortcut: 'projection', unknown: reasons.old };
}
