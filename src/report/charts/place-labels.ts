/*
 * Puts a label beside each point so that no label covers a point, another label or the edge, and lines as little as may be. Each label has candidates around
 * its point at growing distance; in rounds, each takes its cheapest while the others stay, until none moves. That finds a local best, so it is done in several
 * orders and the cheapest outcome is kept. A label without a free place is left out.
 */
import { textWidth } from './text-width.ts';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  /** Empty: a point that labels keep away from, without one of its own. */
  readonly label: string;
  /** Pixels that its mark takes around it; default: an ordinary mark's. */
  readonly radius?: number;
}

export interface Segment {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

export interface PlacedLabel {
  readonly point: LabelledPoint;
  readonly box: Box;
  /** Where a line from the point ends; absent where the label is next to it. */
  readonly leaderTo?: { readonly x: number; readonly y: number };
}

export interface LabelSurroundings {
  readonly bounds: Box;
  readonly segments: readonly Segment[];
  /** Where labels stand already: none of these goes there. */
  readonly taken?: readonly Box[];
  readonly fontSize: number;
}

const pointRadius = 5;
const radiusOf = ({ radius = pointRadius }: LabelledPoint): number => radius;
const directions = 16;
const distances = [3, 9, 18, 30, 44, 60, 80];
/** From this distance on a line leads to the label. */
const leaderFrom = 15;
const rounds = 12;
const cost = {
  label: 1000,
  point: 300,
  leader: 60,
  segment: 34,
  distance: 0.7,
  below: 3,
  aside: 1,
};

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function holds(outer: Box, inner: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom
  );
}

function around({ x, y }: { readonly x: number; readonly y: number }, radius: number): Box {
  return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
}

/** Whether a segment passes through a box, by clipping it (Liang–Barsky). */
function crosses({ from, to }: Segment, box: Box): boolean {
  let [enter, leave] = [0, 1];
  const sides = [
    [from.x - to.x, from.x - box.left],
    [to.x - from.x, box.right - from.x],
    [from.y - to.y, from.y - box.top],
    [to.y - from.y, box.bottom - from.y],
  ] as const;
  for (const [direction, gap] of sides) {
    if (direction === 0) {
      if (gap < 0) return false;
    } else if (direction < 0) enter = Math.max(enter, gap / direction);
    else leave = Math.min(leave, gap / direction);
  }
  return enter < leave;
}

interface Candidate extends PlacedLabel {
  /** What it costs whatever the others do. */
  readonly ownCost: number;
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

function candidateAt(
  point: LabelledPoint,
  size: { readonly width: number; readonly height: number },
  { angle, distance }: { readonly angle: number; readonly distance: number },
): PlacedLabel {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const reach = radiusOf(point) + distance;
  const centreX = point.x + dx * (reach + size.width / 2);
  const centreY = point.y + dy * (reach + size.height / 2);
  const box = {
    left: centreX - size.width / 2,
    right: centreX + size.width / 2,
    top: centreY - size.height / 2,
    bottom: centreY + size.height / 2,
  };
  if (distance < leaderFrom) return { point, box };
  const leaderTo = {
    x: clamp(point.x, box.left, box.right),
    y: clamp(point.y, box.top, box.bottom),
  };
  return { point, box, leaderTo };
}

function candidatesFor(
  point: LabelledPoint,
  points: readonly LabelledPoint[],
  { bounds, segments, taken = [], fontSize }: LabelSurroundings,
): readonly Candidate[] {
  const size = { width: textWidth(point.label, fontSize), height: fontSize * 1.15 };
  const found: Candidate[] = [];
  for (const distance of distances) {
    for (let step = 0; step < directions; step++) {
      const angle = (2 * Math.PI * step) / directions;
      const candidate = candidateAt(point, size, { angle, distance });
      if (!holds(bounds, candidate.box)) continue;
      if (taken.some((box) => overlaps(box, candidate.box))) continue;
      const hidden = points.filter((other) =>
        overlaps(candidate.box, around(other, radiusOf(other))),
      );
      const crossed = segments.filter((segment) => crosses(segment, candidate.box));
      const leader = leaderOf(candidate);
      const passed = points.filter(
        (other) => leader && other !== point && crosses(leader, around(other, radiusOf(other))),
      );
      const ownCost =
        cost.point * hidden.length +
        cost.leader * passed.length +
        cost.segment * crossed.length +
        cost.distance * distance +
        cost.below * Math.max(0, Math.sin(angle)) +
        cost.aside * Math.max(0, -Math.cos(angle));
      found.push({ ...candidate, ownCost });
    }
  }
  return found;
}

function leaderOf({ point, leaderTo }: PlacedLabel): Segment | undefined {
  return leaderTo && { from: point, to: leaderTo };
}

function costBetween(a: PlacedLabel, b: PlacedLabel): number {
  if (overlaps(a.box, b.box)) return cost.label;
  const [leaderA, leaderB] = [leaderOf(a), leaderOf(b)];
  const crossings = [leaderA && crosses(leaderA, b.box), leaderB && crosses(leaderB, a.box)];
  return cost.leader * crossings.filter(Boolean).length;
}

function totalCost(candidate: Candidate, others: readonly (Candidate | undefined)[]): number {
  return others.reduce(
    (sum, other) => sum + (other ? costBetween(candidate, other) : 0),
    candidate.ownCost,
  );
}

function cheapest(
  candidates: readonly Candidate[],
  others: readonly (Candidate | undefined)[],
): Candidate | undefined {
  let best: { candidate: Candidate; cost: number } | undefined;
  for (const candidate of candidates) {
    const total = totalCost(candidate, others);
    if (!best || total < best.cost) best = { candidate, cost: total };
  }
  return best?.candidate;
}

type Placement = readonly (Candidate | undefined)[];

/** Improves label after label, in the order given by their indices, until none moves. */
function settle(choices: readonly (readonly Candidate[])[], order: readonly number[]): Placement {
  const placed: (Candidate | undefined)[] = choices.map(() => undefined);
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    for (const i of order) {
      const best = cheapest(choices[i] ?? [], placed.with(i, undefined));
      if (best !== placed[i]) moved = true;
      placed[i] = best;
    }
    if (!moved) break;
  }
  return placed;
}

function placementCost(placed: Placement): number {
  return placed.reduce((sum, label, i) => {
    return sum + (label ? totalCost(label, placed.slice(i + 1)) : cost.label);
  }, 0);
}

/** Places of the labels that found one. */
export function placeLabels(
  points: readonly LabelledPoint[],
  surroundings: LabelSurroundings,
): readonly PlacedLabel[] {
  const labelled = points.filter(({ label }) => label !== '');
  const choices = labelled.map((point) => candidatesFor(point, points, surroundings));
  const given = labelled.map((_, i) => i);
  const heightOf = (i: number): number => labelled[i]?.y ?? 0;
  const byHeight = given.toSorted((a, b) => heightOf(a) - heightOf(b));
  const orders = [given, given.toReversed(), byHeight, byHeight.toReversed()];
  const [placed = []] = orders
    .map((order) => settle(choices, order))
    .toSorted((a, b) => placementCost(a) - placementCost(b));
  return placed.filter(
    (label, i): label is Candidate =>
      label !== undefined && totalCost(label, placed.with(i, undefined)) < cost.point,
  );
}
