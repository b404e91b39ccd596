import { line } from 'd3-shape';
import { append } from '../../collections/append.ts';
import { greatest } from '../../collections/extremes.ts';
import { frontierOf } from '../frontier.ts';
import { element, join, type Markup } from '../markup.ts';
import type { ChartSize, Point, Series, XyChart } from './chart.ts';
import { strokeOf } from './palette.ts';
import {
  type Box,
  type LabelledPoint,
  type LabelSurroundings,
  type PlacedLabel,
  placeLabels,
  type Segment,
} from './place-labels.ts';
import {
  bottomAxis,
  bottomAxisHeight,
  fontSizes,
  type LegendEntry,
  leftAxis,
  legendAt,
  markAt,
  type Scale,
  scaleOver,
  seriesEntries,
  textAt,
} from './plot.ts';
import { textWidth } from './text-width.ts';

interface PlacedPoint extends LabelledPoint {
  readonly source: Point;
  /** Whether another beats it. */
  readonly dominated: boolean;
}

interface PlacedSeries extends Series {
  readonly joined: boolean;
  readonly points: readonly PlacedPoint[];
}

function segmentsOf(points: readonly { readonly x: number; readonly y: number }[]) {
  return points.slice(1).flatMap((to, i): Segment[] => {
    const from = points[i];
    return from ? [{ from, to }] : [];
  });
}

/** Points that no other beats: less x and more y are better. */
const frontOf = (points: readonly Point[]): readonly Point[] =>
  frontierOf(points, ({ x, y }) => ({ cost: x, gain: y }));

/** Up to so many points all are named, and so many series explained in the legend. */
const mostNamed = { points: 8, series: 9 };

/** Which points are named beside their marks. */
function isNamed(
  { labels, series, frontier }: XyChart,
  size: ChartSize,
): (point: Point) => boolean {
  if (labels === 'ends') return () => false;
  const points = series.flatMap((each) => each.points);
  if (size.labels === 'all' && (!frontier || points.length <= mostNamed.points)) return () => true;
  const named = new Set(frontOf(points));
  return (point) => named.has(point) || point.chosen === true;
}

/** What names a model, hidden until a reader asks for it. */
interface NameFacts {
  readonly model: string | undefined;
  readonly asked?: boolean | undefined;
}

function leader(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  { model, asked }: NameFacts,
): Markup {
  const stroke = strokeOf('axis');
  return element('line', {
    x1: from.x,
    y1: from.y,
    x2: to.x,
    y2: to.y,
    ...stroke,
    ...(asked ? { class: `${stroke.class} asked`, visibility: 'hidden' } : {}),
    'data-model': model,
  });
}

type PlacedName = Omit<PlacedLabel, 'point'> & { readonly point: PlacedPoint };

/** On the side of its box that is next to the point, with a rim in the surface's colour that keeps lines off the letters. */
function labelText({ point, box }: PlacedName, asked: boolean): Markup {
  const right = box.left >= point.x;
  const left = box.right <= point.x;
  const { chosen, model } = point.source;
  return textAt(point.label, {
    x: right ? box.left : left ? box.right : (box.left + box.right) / 2,
    y: box.bottom - fontSizes.mark * 0.25,
    size: fontSizes.mark,
    anchor: right ? 'start' : left ? 'end' : 'middle',
    tone: point.dominated && !asked ? 'quiet' : 'ink',
    bold: chosen === true,
    rim: true,
    model,
    asked,
  });
}

type LabelRoom = Omit<LabelSurroundings, 'fontSize'>;

/** Places for the names of those points that `isShown`; the others keep labels off their marks. */
function placeNames(
  points: readonly PlacedPoint[],
  room: LabelRoom,
  isShown: (point: PlacedPoint) => boolean,
): readonly PlacedName[] {
  const labelled = points.map((point) => (isShown(point) ? point : { ...point, label: '' }));
  // What goes in comes out: the points are these.
  return placeLabels(labelled, { ...room, fontSize: fontSizes.mark }) as readonly PlacedName[];
}

function drawNames(labels: readonly PlacedName[], asked = false): Markup {
  return join([
    ...labels.map(
      ({ point, leaderTo }) =>
        leaderTo && leader(point, leaderTo, { model: point.source.model, asked }),
    ),
    ...labels.map((label) => labelText(label, asked)),
  ]);
}

/** Places for names that are hidden until a reader asks for their models: a filter may ask for several at once, so that none covers another. */
function placeAsked(
  points: readonly PlacedPoint[],
  room: LabelRoom,
  shown: readonly PlacedName[],
): readonly PlacedName[] {
  const named = new Set(shown.map(({ point }) => point));
  const models = new Set(points.map(({ source }) => source.model));
  const placed: PlacedName[] = [];
  for (const model of models) {
    const taken = [...shown, ...placed].map(({ box }) => box);
    const own = placeNames(
      points,
      { ...room, taken },
      (point) => point.source.model === model && !named.has(point),
    );
    append(placed, own);
  }
  return placed;
}

const endLabelHeight = 14;
const endLabelGap = 16;

/** Heights near the wanted ones, in order and a line apart, the lowest not below `bottom`. */
function spread(wanted: readonly number[], bottom: number): readonly number[] {
  const downward: number[] = [];
  for (const y of wanted)
    downward.push(Math.max(y, (downward.at(-1) ?? -Infinity) + endLabelHeight));
  const upward: number[] = [];
  for (const y of downward.toReversed())
    upward.push(Math.min(y, (upward.at(-1) ?? bottom + endLabelHeight) - endLabelHeight));
  return upward.toReversed();
}

/** The name of each series to the right of its last point. */
function endLabels(series: readonly PlacedSeries[], area: Box): Markup {
  const ends = series
    .flatMap(({ name, points }) => {
      const point = points.at(-1);
      return point ? [{ name, point }] : [];
    })
    .toSorted((a, b) => a.point.y - b.point.y);
  const heights = spread(
    ends.map(({ point }) => point.y),
    area.bottom,
  );
  const x = area.right + endLabelGap;
  return join(
    ends.flatMap(({ name, point }, i) => {
      const y = heights[i] ?? point.y;
      const { model } = point.source;
      return [
        leader({ x: point.x + 6, y: point.y }, { x: x - 3, y }, { model }),
        textAt(name, { x, y: y + 4, size: fontSizes.mark, tone: 'ink', model }),
      ];
    }),
  );
}

/** Around what the verdict names. */
const ringRadius = 10;

function ring({ x, y, source }: PlacedPoint): Markup {
  return element('circle', {
    cx: x,
    cy: y,
    r: ringRadius,
    'stroke-width': 1.6,
    ...strokeOf('ink'),
    'data-model': source.model,
  });
}

function marksOf({ style, points }: PlacedSeries): readonly Markup[] {
  return points.flatMap((point) => {
    const { label, detail, model, hollow, chosen } = point.source;
    const { dominated } = point;
    const mark = markAt(style, point, { tip: `${label}: ${detail}`, model, hollow, dominated });
    return chosen ? [ring(point), mark] : [mark];
  });
}

const path = line<{ readonly x: number; readonly y: number }>(
  (point) => point.x,
  (point) => point.y,
).digits(1);

const frontierStroke = { ...strokeOf('quiet'), 'stroke-width': 1.3, 'stroke-dasharray': '5 4' };

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** Steps through the points that nothing beats, from the axis below to the edge at the right: up to a point's cost nothing is as accurate as it. */
function cornersOf(front: readonly Corner[], area: Box): readonly Corner[] {
  return front.flatMap(({ x, y }, i) => [
    { x, y: front[i - 1]?.y ?? area.bottom },
    { x, y },
    ...(i === front.length - 1 ? [{ x: area.right, y }] : []),
  ]);
}

function frontierLine(front: readonly Corner[], area: Box): Markup | false {
  if (front.length === 0) return false;
  return element('path', { d: path(cornersOf(front, area)) ?? '', ...frontierStroke });
}

/** A budget or a least accuracy far outside the figures is not drawn. */
function shownLimits({ limits, series }: XyChart): { readonly x?: number; readonly y?: number } {
  const most = greatest(series.flatMap(({ points }) => points.map(({ x }) => x)));
  const { x, y } = limits ?? {};
  return {
    ...(x !== undefined && x <= 1.5 * most ? { x } : {}),
    ...(y === undefined ? {} : { y }),
  };
}

function limitLines(
  { x: costLimit, y: gainLimit }: { readonly x?: number; readonly y?: number },
  { x, y, area }: { readonly x: Scale; readonly y: Scale; readonly area: Box },
): Markup {
  const stroke = { ...strokeOf('ink'), 'stroke-width': 1.2, 'stroke-dasharray': '2 3' };
  const line = (from: readonly [number, number], to: readonly [number, number]) =>
    element('line', { x1: from[0], y1: from[1], x2: to[0], y2: to[1], ...stroke });
  return join([
    costLimit !== undefined && line([x(costLimit), area.top], [x(costLimit), area.bottom]),
    gainLimit !== undefined && line([area.left, y(gainLimit)], [area.right, y(gainLimit)]),
  ]);
}

/** What a hollow mark means, where there is one. */
function hollowEntries({ series }: XyChart): readonly LegendEntry[] {
  if (!series.some(({ points }) => points.some(({ hollow }) => hollow))) return [];
  const draw = (x: number, y: number) =>
    element('circle', { cx: x + 6, cy: y, r: 4.2, 'stroke-width': 2, ...strokeOf('quiet') });
  return [{ name: 'unstable', draw }];
}

function legendOf(chart: XyChart): readonly LegendEntry[] {
  const { series, frontier, limits, labels } = chart;
  const dashes = (stroke: object) => (x: number, y: number) =>
    element('line', { x1: x - 2, x2: x + 13, y1: y, y2: y, ...stroke });
  const isAsked = limits?.x !== undefined || limits?.y !== undefined;
  return [
    ...(series.length > mostNamed.series && labels === 'points' ? [] : seriesEntries(series)),
    ...(frontier ? [{ name: 'frontier: nothing beats it', draw: dashes(frontierStroke) }] : []),
    ...(isAsked
      ? [{ name: 'asked for', draw: dashes({ ...strokeOf('ink'), 'stroke-dasharray': '2 3' }) }]
      : []),
    ...hollowEntries(chart),
  ];
}

export function drawXy(
  chart: XyChart,
  size: ChartSize,
  top: number,
): { markup: Markup; height: number } {
  const namedEnds = chart.labels === 'ends' && size.labels === 'all';
  const endWidth = greatest([
    0,
    ...chart.series.map(({ name }) => textWidth(name, fontSizes.mark)),
  ]);
  const legend = legendAt(namedEnds ? hollowEntries(chart) : legendOf(chart), {
    left: 4,
    top,
    right: size.width - 4,
  });
  const area = {
    left: 44,
    right: size.width - (namedEnds ? endWidth + endLabelGap + 4 : 14),
    top: top + legend.height + 34,
    bottom: size.height - bottomAxisHeight,
  };
  const points = chart.series.flatMap((series) => series.points);
  const limits = shownLimits(chart);
  const xs = [...points.map((point) => point.x), ...(limits.x === undefined ? [] : [limits.x])];
  const ys = [...points.map((point) => point.y), ...(limits.y === undefined ? [] : [limits.y])];
  const x = scaleOver(xs, chart.x, [area.left, area.right]);
  const y = scaleOver(ys, chart.y, [area.bottom, area.top]);
  const front = chart.frontier ? frontOf(points) : [];
  const fronts = new Set(front);
  const place = (source: Point): PlacedPoint => ({
    source,
    x: x(source.x),
    y: y(source.y),
    label: source.label,
    ...(source.chosen ? { radius: ringRadius + 1 } : {}),
    dominated: chart.frontier === true && !fronts.has(source),
  });
  const series = chart.series.map((item) => ({ ...item, points: item.points.map(place) }));
  const lines = series.filter(({ joined }) => joined);
  const placed = series.flatMap((each) => each.points);
  const bounds = { ...area, top: area.top - 6, right: size.width - 2 };
  const frontPoints = front.map(place);
  const segments = [
    ...lines.flatMap((each) => segmentsOf(each.points)),
    ...segmentsOf(cornersOf(frontPoints, area)),
  ];
  const room = { bounds, segments };
  const isShown = isNamed(chart, size);
  const names = placeNames(placed, room, ({ source }) => isShown(source));
  const markup = join([
    legend.markup,
    bottomAxis(x, chart.x, area),
    leftAxis(y, chart.y, area),
    frontierLine(frontPoints, area),
    limitLines(limits, { x, y, area }),
    ...lines.map((item) =>
      element('path', {
        d: path(item.points) ?? '',
        'stroke-width': 1.6,
        ...strokeOf(item.style),
        'data-model': item.points[0]?.source.model,
      }),
    ),
    namedEnds && endLabels(series, area),
    drawNames(names),
    ...series.flatMap(marksOf),
    size.asked === true &&
      chart.labels === 'points' &&
      drawNames(placeAsked(placed, room, names), true),
  ]);
  return { markup, height: size.height };
}
