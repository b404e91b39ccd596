import { familyBehind } from '../inference/families.ts';
import { isTraining } from './beside.ts';
import type { Body } from './find-bodies.ts';
import { findNeck, type Neck } from './find-neck.ts';
import {
  type Behind,
  biasOf,
  featuresOf,
  linearsAmong,
  pickHead,
  type Shapes,
  type Stages,
  strangeHead,
  surplusOf,
} from './head-layers.ts';
import { isIgnorable } from './ignorable.ts';

/** What stands behind the stages. */
export interface Head {
  /** Names of the one linear layer; absent: there is none, or the file lacks it. */
  readonly weight?: string;
  readonly bias?: string;
  /** Further layers behind the stages: with them the network is another. */
  readonly surplus: readonly string[];
  /** The layers of an embedding; where they are taken, no linear layer is. */
  readonly neck?: Neck | undefined;
}

/** What a network has behind its stages. */
export type WantedHead = 'linear' | 'embedding' | 'features' | 'none';

/** Parts of a prefix that are looked through one by one. */
const deepest = 12;

/** Where the names that may be a head are looked for: with the body's own prefix, and with each that it begins with. */
function levelsOf(prefix: string, others: ReadonlySet<string>): readonly string[] {
  const parts = prefix.split('.', deepest + 1).slice(0, -1);
  const levels = parts.map((_, index) => `${parts.slice(0, index + 1).join('.')}.`).reverse();
  const above = [...levels, ''].filter((level) => level !== prefix);
  // Another network's own level is its own.
  const end = above.findIndex((level) => others.has(level));
  return [prefix, ...(end < 0 ? above : above.slice(0, end))];
}

/** A test whether a name lies in a branch of the level that holds another network. */
function inOtherBranch(level: string, others: ReadonlySet<string>): (name: string) => boolean {
  const branchOf = (name: string) => name.slice(0, name.indexOf('.', level.length) + 1);
  const branches = new Set(
    [...others].filter((prefix) => prefix.startsWith(level) && prefix !== level).map(branchOf),
  );
  return (name) => branches.has(branchOf(name));
}

/** What an incomplete file may have of its head. */
function biasAlone({ slots }: Body): Pick<Head, 'bias'> {
  const found = [...slots].find(([, { role }]) => role === 'linear.bias');
  return found ? { bias: found[0] } : {};
}

export interface HeadSearch {
  readonly body: Body;
  /** All tensors of the file. */
  readonly shapes: Shapes;
  /** Prefixes of other networks. */
  readonly others: ReadonlySet<string>;
  /** Whether a name belongs to stem and stages. */
  inBody(name: string): boolean;
}

/** The names behind the stages that may be of a head, at each level, the nearest first. */
function behindOf({ body, shapes, others, inBody }: HeadSearch): readonly Behind[] {
  let left = [...shapes.keys()].filter((name) => !isIgnorable(name) && !inBody(name));
  return levelsOf(body.prefix, others).map((level) => {
    const isOther = inOtherBranch(level, others);
    const here = left.filter((name) => name.startsWith(level));
    left = left.filter((name) => !name.startsWith(level));
    return {
      level,
      names: here.filter((name) => !isTraining(name.slice(level.length)) && !isOther(name)),
    };
  });
}

/** The layers of an embedding, where one is wanted, or nobody says what is and their names do. */
function takenNeck(
  levels: readonly Behind[],
  { body, shapes, features }: Stages,
  wanted: WantedHead | undefined,
): Neck | undefined {
  if (wanted !== undefined && wanted !== 'embedding') return undefined;
  const names = levels.flatMap((behind) => behind.names);
  const neck = findNeck({ names, shapes, features }, body);
  return wanted === 'embedding' || neck?.isNamed ? neck : undefined;
}

/**
 * The layers behind the stages, by shape and place: a linear layer under any usual name, or the only one that takes what the stages give, with the
 * body's prefix or else with the longest that they share.
 */
export function findHead(search: HeadSearch, wanted?: WantedHead): Head {
  const { body, shapes } = search;
  const levels = behindOf(search);
  const stages = { body, shapes, features: featuresOf(body, shapes) };
  const neck = takenNeck(levels, stages, wanted);
  // A trained pool or the like is part of any head.
  const inFront = levels.flatMap((behind) => behind.names.filter(familyBehind));
  if (wanted === 'none') return { surplus: [] };
  if (wanted === 'features') return { surplus: inFront };
  if (neck) return { surplus: inFront, neck };
  const linears = levels.flatMap((behind) => linearsAmong(behind, stages));
  const head = pickHead(linears, stages.features);
  const names = levels.flatMap((behind) => behind.names);
  if (!head) return { ...biasAlone(body), surplus: strangeHead(names, stages) };
  const bias = biasOf(head.name);
  const surplus = surplusOf(names, linears, head, stages);
  return { weight: head.name, ...(shapes.has(bias) ? { bias } : {}), surplus };
}
