import { greatest } from '../../../src/collections/extremes.ts';
import { usualKeys } from '../usual-keys.ts';
import type { Body } from './find-bodies.ts';

/** Words of copies that follow another network: averages, teachers, the slow half of a pair. */
const followers: readonly RegExp[] = [
  /(^|_)(ema|shadow|swa|averaged?|polyak)($|_)/,
  /(^|_)(teacher|target|momentum|key|k|slow|old|prev)($|_)/,
];

/** Words of a part of a name in lower case: `TeacherModel` → `teacher_model`. */
function wordsOf(part: string): string {
  return part.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

/** 0 for a network that was trained itself; an average of it before a teacher. */
function followerRank(parts: readonly string[]): number {
  const ranks = parts.map((part) => 1 + followers.findIndex((words) => words.test(wordsOf(part))));
  return greatest([0, ...ranks]);
}

/** The end of a prefix ranks behind the usual keys and before all others. */
function keyRank(part: string | undefined): number {
  const known = part === undefined ? -1 : usualKeys.indexOf(part);
  if (known >= 0) return known;
  return usualKeys.length + (part === undefined ? 0 : 1);
}

/** Smaller is better, by the first number that differs. */
type Rank = readonly number[];

function rankOf({ prefix, isWhole, hasHead }: Body): Rank {
  const parts = prefix.split('.').slice(0, -1);
  const keys = Array.from({ length: 4 }, (_, index) => keyRank(parts[index]));
  return [Number(!isWhole), followerRank(parts), Number(!hasHead), ...keys];
}

function compareRanks(a: Rank, b: Rank): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

export interface RankedBodies {
  /** The best, or several that no rule tells apart. */
  readonly best: readonly Body[];
  readonly others: readonly Body[];
}

/**
 * The networks of a file, the one to take first: what was trained before what follows it (averages, teachers), what has a head before what has none, a
 * usual key before others.
 */
export function rankBodies(bodies: readonly Body[]): RankedBodies {
  const ranked = bodies.map((body) => ({ body, rank: rankOf(body) }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank));
  const [first] = ranked;
  const equals = ranked.filter(({ rank }) => first && compareRanks(rank, first.rank) === 0);
  const inOrder = ranked.map(({ body }) => body);
  return { best: inOrder.slice(0, equals.length), others: inOrder.slice(equals.length) };
}
