import type { InputSize } from '../../../src/language/spec.ts';
import { untoldProperties } from '../../../src/language/untold.ts';
import type { Candidate } from './candidates.ts';
import type { UnknownProperty } from './inferred-spec.ts';
import type { ShortcutGuess } from './shortcut-kind.ts';

/** The input that networks with such a stem usually have: no parameter depends on its sides. */
export function usualInput({ stem, input }: Pick<Candidate, 'stem' | 'input'>): InputSize {
  const side = stem === 'conv3' ? 32 : 224;
  return { channels: input.channels, height: side, width: side };
}

/** What names and shapes leave open, with the usual value of each. */
export function unknownsOf(
  candidate: Candidate,
  { shortcut, unknown }: ShortcutGuess,
): UnknownProperty[] {
  const untold = untoldProperties({ ...candidate, shortcut, input: usualInput(candidate) });
  return [
    ...untold,
    ...(unknown ? [{ property: 'shortcut', assumed: shortcut, reason: unknown }] : []),
  ];
}
