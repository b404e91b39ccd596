import type { ShortcutKind, StemKind } from './spec.ts';

/** What each variant is short for. */
export const variants = {
  vb: { stem: 'conv7', shortcut: 'projection' },
  vc: { stem: 'deep', shortcut: 'projection' },
  vd: { stem: 'deep', shortcut: 'avgpool' },
} as const satisfies Readonly<Record<string, { stem: StemKind; shortcut: ShortcutKind }>>;

/** Convolutions of each stem. */
export const stemConvs: Readonly<Record<StemKind, number>> = { conv7: 1, deep: 3, conv3: 1 };
