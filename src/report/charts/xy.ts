import { line } from 'd3-shape';
import { greatest } from '../../collections/extremes.ts';
import { element, join, type Markup } from '../markup.ts';
import type { ChartSize, Point, Series, XyChart } from './chart.ts';
import { strokeOf } from './palette.ts';
import {
  type Box,
  type LabelledPoint,
  type PlacedLabel,
  placeLabels,
  type Segment,
} from './place-labels.ts';
import {
  bottomAxis,
  bottomAxisHeight,
  fontSizes,
  leftAxis,
  legendAt,
  markAt,
  scaleOver,
  textAt,
} from './plot.ts';
import { textWidth } from './text-width.ts';

interface PlacedPoint extends LabelledPoint {
  readonly source: Point;
}

interface PlacedSeries extends Series {
  readonly joined: boolean;
  readonly points: readonly PlacedPoint[];
}

function segmentsOf(points: readonly LabelledPoint[]): readonly Segment[] {
  return points.slice(1).flatMap((to, i) => {
    const from = points[i];
    return from ? [{ from, to }] : [];
  });
}

/** Points that no other beats in both directions: smaller x and larger y is better. */
function front(points: readonly Point[]): ReadonlySet<Point> {
  const beats = (q: Point, p: Point) => q.x <= p.x && q.y >= p.y && (q.x < p.x || q.y > p.y);
  return new Set(points.filter((p) => !points.some((q) => beats(q, p))));
}

/** Which points are named beside their marks. */
function namesOf({ labels, series }: XyChart, size: ChartSize): (point: Point) => string {
  if (labels === 'ends') return () => '';
  if (size.labels === 'all') return ({ label }) => label;
  const named = front(series.flatMap(({ points }) => points));
  return (point) => (named.has(point) ? point.label : '');
}

function leader(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
): Markup {
  return element('line', { x1: from.x, y1: from.y, x2: to.x, y2: to.y, ...strokeOf('axis') });
}

/** On the side of its box that is next to the point, with a rim in the surface's colour that keeps lines off the letters. */
function labelText({ point, box }: PlacedLabel): Markup {
  const right = box.left >= point.x;
  const left = box.right <= point.x;
  return textAt(point.label, {
    x: right ? box.left : left ? box.right : (box.left + box.right) / 2,
    y: box.bottom - fontSizes.mark * 0.25,
    size: fontSizes.mark,
    anchor: right ? 'start' : left ? 'end' : 'middle',
    tone: 'ink',
    rim: true,
  });
}

function pointLabels(series: readonly PlacedSeries[], bounds: Box): Markup {
  const labels = placeLabels(
    series.flatMap(({ points }) => points),
    {
      bounds,
      segments: series.filter(({ joined }) => joined).flatMap(({ points }) => segmentsOf(points)),
      fontSize: fontSizes.mark,
    },
  );
  return join([
    ...labels.map(({ point, leaderTo }) => leaderTo && leader(point, leaderTo)),
    ...labels.map(labelText),
  ]);
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
      return [
        leader({ x: point.x + 6, y: point.y }, { x: x - 3, y }),
        textAt(name, { x, y: y + 4, size: fontSizes.mark, tone: 'ink' }),
      ];
    }),
  );
}

function marksOf({ style, points }: PlacedSeries): readonly Markup[] {
  return points.map((point) =>
    markAt(style, point, {
      tip: `${point.source.label}: ${point.source.detail}`,
      model: point.source.model,
    }),
  );
}

const path = line<LabelledPoint>(
  (point) => point.x,
  (point) => point.y,
).digits(1);

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
  const legend = legendAt(namedEnds ? [] : chart.series, { left: 4, top, right: size.width - 4 });
  const area = {
    left: 44,
    right: size.width - (namedEnds ? endWidth + endLabelGap + 4 : 14),
    top: top + legend.height + 34,
    bottom: size.height - bottomAxisHeight,
  };
  const points = chart.series.flatMap((series) => series.points);
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const x = scaleOver(xs, chart.x, [area.left, area.right]);
  const y = scaleOver(ys, chart.y, [area.bottom, area.top]);
  const nameOf = namesOf(chart, size);
  const series = chart.series.map((item) => ({
    ...item,
    points: item.points.map((source) => ({
      source,
      x: x(source.x),
      y: y(source.y),
      label: nameOf(source),
    })),
  }));
  const lines = series.filter(({ joined }) => joined);
  const markup = join([
    legend.markup,
    bottomAxis(x, chart.x, area),
    leftAxis(y, chart.y, area),
    ...lines.map((item) =>
      element('path', { d: path(item.points) ?? '', 'stroke-width': 1.6, ...strokeOf(item.style) }),
    ),
    namedEnds && endLabels(series, area),
    pointLabels(series, { ...area, top: area.top - 6, right: size.width - 2 }),
    ...series.flatMap(marksOf),
  ]);
  return { markup, height: size.height };
}
