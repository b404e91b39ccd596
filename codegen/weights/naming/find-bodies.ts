import { readBlockPath } from '../../ir/block-path.ts';
import type { ParameterSlot } from '../parameter-slot.ts';
import type { Naming } from './naming.ts';
import { mostParts, namings, namingsByForm } from './namings.ts';
import { formOf } from './template.ts';

/** The names with one prefix that a scheme knows. */
export interface Body {
  readonly naming: Naming;
  /** What stands before the scheme's own names: '' or ends with a dot. */
  readonly prefix: string;
  /** What each whole name stands for. */
  readonly slots: ReadonlyMap<string, ParameterSlot>;
  /** Whether stem and blocks are there: a network, with or without a head. */
  readonly isWhole: boolean;
  readonly hasHead: boolean;
  readonly hasBlocks: boolean;
}

interface Draft {
  readonly naming: Naming;
  readonly slots: Map<string, ParameterSlot>;
  readonly parts: Set<'stem' | 'block' | 'head'>;
}

/** A name cut in two at each of its dots, from the end, as far as a scheme's names may reach. */
function* cutsOf(text: string): Generator<number> {
  let at = text.length;
  for (let parts = 0; parts < mostParts && at > 0; parts++) {
    at = text.lastIndexOf('.', at - 1);
    yield at + 1;
  }
}

interface Reading {
  readonly naming: Naming;
  readonly prefix: string;
  readonly slot: ParameterSlot;
}

/** Everything that a name can be: of each scheme, behind each prefix. */
function* readingsOf(name: string): Generator<Reading> {
  const form = formOf(name);
  const starts = [...cutsOf(name)];
  for (const [index, formStart] of [...cutsOf(form)].entries()) {
    const start = starts[index] ?? 0;
    const own = name.slice(start);
    for (const naming of namingsByForm.get(form.slice(formStart)) ?? []) {
      const slot = naming.parse(own);
      if (slot) yield { naming, prefix: name.slice(0, start), slot };
    }
  }
}

function partOf({ path, role }: ParameterSlot): 'stem' | 'block' | 'head' | undefined {
  if (role === 'linear.weight') return 'head';
  if (role !== 'conv.weight') return undefined;
  return readBlockPath(path) ? 'block' : 'stem';
}

type Drafts = Map<string, Map<Naming, Draft>>;

function draftOf(drafts: Drafts, { prefix, naming }: Reading): Draft {
  const ofPrefix = drafts.get(prefix) ?? new Map<Naming, Draft>();
  drafts.set(prefix, ofPrefix);
  const draft = ofPrefix.get(naming) ?? { naming, slots: new Map(), parts: new Set() };
  ofPrefix.set(naming, draft);
  return draft;
}

function addSlot({ slots, parts }: Draft, name: string, slot: ParameterSlot): void {
  slots.set(name, slot);
  const part = partOf(slot);
  if (part) parts.add(part);
}

/** Whether a scheme is one of those that are asked for. */
type Answers = (naming: Naming) => boolean;

function draftBodies(names: readonly string[], answers: Answers): Drafts {
  const drafts: Drafts = new Map();
  for (const name of names) {
    for (const reading of readingsOf(name)) {
      if (!answers(reading.naming)) continue;
      addSlot(draftOf(drafts, reading), name, reading.slot);
    }
  }
  return drafts;
}

function bodyOf(prefix: string, { naming, slots, parts }: Draft): Body {
  const hasBlocks = parts.has('block');
  const isWhole = hasBlocks && parts.has('stem');
  return { naming, prefix, slots, isWhole, hasBlocks, hasHead: parts.has('head') };
}

/** Whole ones first, then those that know more of the names; of equals the scheme that comes first. */
function compareBodies(a: Body, b: Body): number {
  return Number(b.isWhole) - Number(a.isWhole) || b.slots.size - a.slots.size;
}

/** In the order of the schemes, which the readings of one name have and those of many may not. */
function namingsInOrder(drafts: ReadonlyMap<Naming, Draft>): readonly Draft[] {
  return namings.flatMap((naming) => drafts.get(naming) ?? []);
}

/** The body of a file that is one network and nothing else, as its framework names it: the first scheme that knows every name. */
function exactBody(names: readonly string[], answers: Answers): Body | undefined {
  for (const naming of namings) {
    if (!answers(naming)) continue;
    const draft: Draft = { naming, slots: new Map(), parts: new Set() };
    const isKnown = (name: string) => {
      const slot = naming.parse(name);
      if (slot) addSlot(draft, name, slot);
      return slot !== undefined;
    };
    if (names.every(isKnown)) return bodyOf('', draft);
  }
  return undefined;
}

/**
 * For each prefix the scheme that knows most of the names behind it, the fullest bodies first. Time is proportional to the number of names: one is
 * looked up once for each of its last parts, and that only where no scheme knows all of them as they are.
 */
export function findBodies(names: readonly string[], answers: Answers): readonly Body[] {
  const exact = exactBody(names, answers);
  if (exact?.isWhole) return [exact];
  const fullest = [...draftBodies(names, answers)].flatMap(([prefix, drafts]) => {
    const found = namingsInOrder(drafts).map((draft) => bodyOf(prefix, draft));
    return found.sort(compareBodies).slice(0, 1);
  });
  return fullest.sort(compareBodies);
}
