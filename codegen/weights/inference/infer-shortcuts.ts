import type { Naming } from '../naming/naming.ts';
import type { InferredSpec } from './inferred-spec.ts';
import {
  type BlockOutline,
  type NetworkOutline,
  outputsOf,
  unsupported,
} from './network-outline.ts';

/** How blocks are bridged, as far as the convolutions tell. */
export interface Shortcuts {
  readonly firstShortcut: InferredSpec['firstShortcut'];
  /** Whether shapes that do not agree are projected; undefined: they agree everywhere. */
  readonly projects: boolean | undefined;
}

function checkProjection(block: BlockOutline | undefined, inputs: number, stage: number): void {
  const shape = block?.shortcut;
  if (!block || !shape) return;
  const expected = [outputsOf(block), inputs, 1, 1];
  if (shape.join() !== expected.join()) {
    unsupported(`the projection of stage ${stage + 1} is [${shape.join(', ')}]`);
  }
}

/** Looks at the first block of each stage; throws UnsupportedNetwork where stages differ. */
export function shortcutsOf(
  stages: NetworkOutline['stages'],
  stemOutputs: number,
  outputs: readonly number[],
): Shortcuts {
  const needed: boolean[] = [];
  for (const [stage, [first, ...rest]] of stages.entries()) {
    const inputs = outputs[stage - 1] ?? stemOutputs;
    checkProjection(first, inputs, stage);
    if (rest.some(({ shortcut }) => shortcut)) {
      unsupported(`stage ${stage + 1} has a projection in the middle`);
    }
    if (stage > 0 || inputs !== outputs[stage]) needed.push(first?.shortcut !== undefined);
  }
  if (new Set(needed).size > 1)
    unsupported('some of its stages begin with a projection, some do not');
  return {
    firstShortcut: stages[0]?.[0]?.shortcut ? 'projection' : 'identity',
    projects: needed[0],
  };
}

const shortcutReasons = {
  alike: 'No shape of this network needs a projection.',
  old: 'PaddleClas 2.0 named vc and vd alike: `shortcut avgpool` if it is a vd.',
} as const;

export interface ShortcutGuess {
  readonly shortcut: InferredSpec['shortcut'];
  /** Why it may be another; absent: it is known. */
  readonly unknown?: string;
}

/** Kind of the shortcuts. */
export function shortcutKindOf(
  { scheme }: Naming,
  stem: InferredSpec['stem'],
  { projects }: Shortcuts,
): ShortcutGuess {
  if (projects === false) return { shortcut: 'pad' };
  if (projects === undefined) return { shortcut: 'projection', unknown: shortcutReasons.alike };
  if (scheme.shortcutKind) return { shortcut: scheme.shortcutKind };
  if (stem !== 'deep') return { shortcut: 'projection' };
  if (scheme.deepStemShortcut) return { shortcut: scheme.deepStemShortcut };
  return { shortcut: 'projection', unknown: shortcutReasons.old };
}
