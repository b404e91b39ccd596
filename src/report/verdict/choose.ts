import { balanceOf, frontierOf, type Weighed } from '../frontier.ts';
import type { Candidate, KnownAccuracy } from './candidates.ts';

/** A candidate whose accuracy is known. */
export type Weighable = Candidate & { readonly accuracy: KnownAccuracy };

/** What a reader asks for. */
export interface Wish {
  /** Most milliseconds of a batch. */
  readonly budgetMs?: number | undefined;
  /** Least top-1, as a share. */
  readonly accuracy?: number | undefined;
}

/** Which rule picked it. */
export type Reason = 'only' | 'best-of-all' | 'balance' | 'most-accurate' | 'fastest';

export interface Choice {
  /** Of those that fit, cheapest first. */
  readonly frontier: readonly Weighable[];
  /** Undefined where nothing fits. */
  readonly pick?: Weighable;
  readonly reason: Reason;
  /** How many fit what is asked for. */
  readonly fitting: number;
  /** How many others that fit are as accurate as the pick. */
  readonly ties: number;
}

export const weigh = ({ latencyMs, accuracy }: Weighable): Weighed => ({
  cost: latencyMs,
  gain: accuracy.top1,
});

export const isWeighable = (candidate: Candidate): candidate is Weighable =>
  candidate.accuracy !== undefined;

export const isAsked = ({ budgetMs, accuracy }: Wish): boolean =>
  budgetMs !== undefined || accuracy !== undefined;

function fits({ latencyMs, accuracy }: Weighable, wish: Wish): boolean {
  const { budgetMs = Number.POSITIVE_INFINITY, accuracy: least = 0 } = wish;
  return latencyMs <= budgetMs && accuracy.top1 >= least;
}

function reasonFor(frontier: readonly Weighable[], fitting: number, wish: Wish): Reason {
  if (wish.budgetMs !== undefined) return 'most-accurate';
  if (wish.accuracy !== undefined) return 'fastest';
  if (fitting === 1) return 'only';
  if (frontier.length === 1) return 'best-of-all';
  return balanceOf(frontier, weigh) === frontier.at(-1) ? 'most-accurate' : 'balance';
}

function pickOf(frontier: readonly Weighable[], reason: Reason): Weighable | undefined {
  if (reason === 'fastest') return frontier[0];
  return reason === 'balance' ? balanceOf(frontier, weigh) : frontier.at(-1);
}

/** Within a budget the most accurate, from an accuracy on the fastest, with neither the best balance of the frontier. */
export function choose(candidates: readonly Weighable[], wish: Wish): Choice {
  const fitting = candidates.filter((candidate) => fits(candidate, wish));
  const frontier = frontierOf(fitting, weigh);
  const reason = reasonFor(frontier, fitting.length, wish);
  const pick = pickOf(frontier, reason);
  const ties = fitting.filter(
    (each) => each !== pick && each.accuracy.top1 === pick?.accuracy.top1,
  );
  return {
    frontier,
    ...(pick ? { pick } : {}),
    reason,
    fitting: fitting.length,
    ties: ties.length,
  };
}
