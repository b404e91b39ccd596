import { greatest } from '../../../src/collections/extremes.ts';
import { usualKeys } from '../usual-keys.ts';
import { isBeside } from './beside.ts';
import type { Body } from './find-bodies.ts';

/** Words of copies that follow another network: averages; teachers, the slow half of a pair, what a training began with. */
const followers: readonly RegExp[] = [
  /(^|_)(ema|shadow|swa|averaged?|polyak)($|_)/,
  /(^|_)(teacher|target|momentum|key|k|slow|old|prev|pretrained|frozen|reference|source)($|_)/,
];

/** Words of a part of a name in lower case: `TeacherModel` → `teacher_model`. */
function wordsOf(part: string): string {
  return part.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

/** 0 for a network that was trained itself; an average of it before a teacher, last what belongs to a loss or the like. */
function followerRank(prefix: string): number {
  if (isBeside(prefix)) return 1 + followers.length;
  const ranks = prefix
    .split('.')
    .map((part) => 1 + followers.findIndex((words) => words.test(wordsOf(part))));
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

function compareRanks(a: Rank, b: Rank): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Those of the least rank, in their order. */
function bestBy(bodies: readonly Body[], rankOf: (body: Body) => Rank): readonly Body[] {
  if (bodies.length < 2) return bodies;
  const ranked = bodies.map((body) => ({ body, rank: rankOf(body) }));
  const least = ranked.map(({ rank }) => rank).reduce((a, b) => (compareRanks(b, a) < 0 ? b : a));
  return ranked.flatMap(({ body, rank }) => (compareRanks(rank, least) === 0 ? body : []));
}

/** Networks whose heads are looked for: each search goes through the names. Of more, those with the scheme's own name for it have one. */
const mostSearched = 64;

/**
 * The network to take, or several that no rule tells apart: what was trained before what follows it (averages, teachers), what has a head before what has
 * none, a usual key before others.
 */
export function bestBodies(
  bodies: readonly Body[],
  findsHead: (body: Body) => boolean,
): readonly Body[] {
  const own = bestBy(bodies, ({ prefix, isWhole }) => [Number(!isWhole), followerRank(prefix)]);
  const hasHead = (body: Body) => body.hasHead || (own.length <= mostSearched && findsHead(body));
  const withHead = bestBy(own, (body) => [Number(!hasHead(body))]);
  return bestBy(withHead, ({ prefix }) => {
    const parts = prefix.split('.', 5).slice(0, -1);
    return Array.from({ length: 4 }, (_, index) => keyRank(parts[index]));
  });
}
