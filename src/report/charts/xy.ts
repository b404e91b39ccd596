import { line } from 'd3-shape';
import { element, join, type Markup } from '../markup.ts';
import type { ChartSize, Point, XyChart } from './chart.ts';
import { strokeOf } from './palette.ts';
import { type LabelledPoint, placeLabels, type Segment } from './place-labels.ts';
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

interface Placed extends LabelledPoint {
  readonly source: Point;
}

function segmentsOf(points: readonly LabelledPoint[]): readonly Segment[] {
  return points.slice(1).flatMap((to, i) => {
    const from = points[i];
    return from ? [{ from, to }] : [];
  });
}

/** Points that no other beats in both directions: smaller x and larger y is better. */
function front(points: readonly Point[]): ReadonlySet<Point> {
  return new Set(
    points.filter(
      (p) => !points.some((q) => q !== p && q.x <= p.x && q.y >= p.y && (q.x < p.x || q.y > p.y)),
    ),
  );
}

/** Which points are named: each one, those of the front on a narrow screen, or the end of each series. */
function namesOf(chart: XyChart, size: ChartSize): (point: Point) => string {
  if (chart.labels === 'ends') {
    const ends = new Map(
      chart.series.flatMap(({ name, points }) => {
        const end = points.at(-1);
        return end ? [[end, name] as const] : [];
      }),
    );
    return (point) => ends.get(point) ?? '';
  }
  if (size.labels === 'all') return ({ label }) => label;
  const named = front(chart.series.flatMap(({ points }) => points));
  return (point) => (named.has(point) ? point.label : '');
}

export function drawXy(
  chart: XyChart,
  size: ChartSize,
  top: number,
): { markup: Markup; height: number } {
  const legend = legendAt(chart.series, { left: 4, top, right: size.width - 4 });
  const area = {
    left: 44,
    right: size.width - 14,
    top: top + legend.height + 34,
    bottom: size.height - bottomAxisHeight,
  };
  const points = chart.series.flatMap((series) => series.points);
  const x = scaleOver(
    points.map((point) => point.x),
    chart.x,
    [area.left, area.right],
  );
  const y = scaleOver(
    points.map((point) => point.y),
    chart.y,
    [area.bottom, area.top],
  );
  const nameOf = namesOf(chart, size);
  const placed = chart.series.map((series) => ({
    ...series,
    points: series.points.map(
      (source): Placed => ({ source, x: x(source.x), y: y(source.y), label: nameOf(source) }),
    ),
  }));
  const joined = placed.filter((series) => series.joined);
  const labels = placeLabels(
    placed.flatMap((series) => series.points),
    {
      bounds: { ...area, top: area.top - 6, right: size.width - 2 },
      segments: joined.flatMap((series) => segmentsOf(series.points)),
      fontSize: fontSizes.mark,
    },
  );
  const path = line<LabelledPoint>(
    (point) => point.x,
    (point) => point.y,
  ).digits(1);
  const markup = join([
    legend.markup,
    bottomAxis(x, chart.x, area),
    leftAxis(y, chart.y, area),
    ...joined.map((series) =>
      element('path', {
        d: path(series.points) ?? '',
        'stroke-width': 1.6,
        ...strokeOf(series.style),
      }),
    ),
    ...labels.flatMap(({ point, leaderTo }) =>
      leaderTo
        ? element('line', {
            x1: point.x,
            y1: point.y,
            x2: leaderTo.x,
            y2: leaderTo.y,
            ...strokeOf('axis'),
          })
        : [],
    ),
    ...placed.flatMap((series) =>
      series.points.map((point) =>
        markAt(series.style, point, {
          tip: `${point.source.label}: ${point.source.detail}`,
          model: point.source.model,
        }),
      ),
    ),
    ...labels.map(({ point, box }) =>
      textAt(point.label, {
        x: (box.left + box.right) / 2,
        y: box.bottom - fontSizes.mark * 0.25,
        size: fontSizes.mark,
        anchor: 'middle',
        tone: 'ink',
      }),
    ),
  ]);
  return { markup, height: size.height };
}
