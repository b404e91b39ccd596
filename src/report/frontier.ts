/** What is weighed: less `cost` and more `gain` are better. */
export interface Weighed {
  readonly cost: number;
  readonly gain: number;
}

/** Whether one is at least as good as another in both ways, and better in one. */
export function dominates(a: Weighed, b: Weighed): boolean {
  return a.cost <= b.cost && a.gain >= b.gain && (a.cost < b.cost || a.gain > b.gain);
}

/** The Pareto frontier, cheapest first: those that no other dominates. Of equal ones all are on it. */
export function frontierOf<T>(items: readonly T[], weigh: (item: T) => Weighed): readonly T[] {
  const weighed = items.map((item) => ({ item, ...weigh(item) }));
  const sorted = weighed.toSorted((a, b) => a.cost - b.cost || b.gain - a.gain);
  let best: Weighed = { cost: Number.NEGATIVE_INFINITY, gain: Number.NEGATIVE_INFINITY };
  const kept: T[] = [];
  for (const each of sorted) {
    const isEqual = each.cost === best.cost && each.gain === best.gain;
    if (!isEqual && each.gain <= best.gain) continue;
    kept.push(each.item);
    best = each;
  }
  return kept;
}

/**
 * Of a frontier, cheapest first, the best balance: the one farthest above the straight line from the cheapest to the one with most gain, the cost on a logarithmic
 * scale. Where none is above it, the one with most gain. Undefined of an empty frontier.
 */
export function balanceOf<T>(frontier: readonly T[], weigh: (item: T) => Weighed): T | undefined {
  if (frontier.length === 0) return undefined;
  const [first, last] = [frontier[0] as T, frontier.at(-1) as T];
  const [from, to] = [weigh(first), weigh(last)];
  const heightOf = (item: T): number => {
    const { cost, gain } = weigh(item);
    const share = Math.log(cost / from.cost) / Math.log(to.cost / from.cost);
    return (gain - from.gain) / (to.gain - from.gain) - share;
  };
  let best: { readonly item: T; readonly height: number } = { item: last, height: 1e-9 };
  for (const item of frontier.slice(1, -1)) {
    const height = heightOf(item);
    if (height > best.height) best = { item, height };
  }
  return best.item;
}
