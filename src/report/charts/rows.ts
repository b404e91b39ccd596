/** Charts that are lists: bars and ranges, a row or group each, as high as they have rows. */
import { greatest } from '../../collections/extremes.ts';
import { element, join, type Markup } from '../markup.ts';
import type { Bar, BarsChart, ChartSize, RangesChart } from './chart.ts';
import { fillOf, hollowOf, strokeOf } from './palette.ts';
import {
  bottomAxis,
  bottomAxisHeight,
  fontSizes,
  type LegendEntry,
  legendAt,
  type Scale,
  scaleOver,
  textAt,
} from './plot.ts';
import { linesOf, textWidth } from './text-width.ts';

type Drawing = { readonly markup: Markup; readonly height: number };

const barHeight = 13;
const groupGap = 12;
const rangeHeight = 26;
/** Of a row whose density is drawn. */
const densityHeight = 44;

/** Names wider than this share of the chart stand above their rows, where they have its whole width. */
const widestNames = 0.42;
/** Height of a line of a name above its row. */
const nameLine = 15;
/** Left end of a plot whose names stand above their rows. */
const plotLeft = 6;

const widthOfNames = (names: readonly string[]): number =>
  greatest([0, ...names.map((name) => textWidth(name, fontSizes.mark))]);

interface Frame {
  readonly legend: Drawing;
  readonly area: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  /** Height that each row has above it for its name. */
  readonly above: number;
  /** Draws a row's name; the row begins at `top`, behind the height above it, and its middle is at `middle`. */
  readonly name: (
    text: string,
    place: { readonly top: number; readonly middle: number },
    model?: string,
  ) => Markup;
}

function frameOf(
  {
    names,
    entries,
    rowsHeight,
  }: { names: readonly string[]; entries: readonly LegendEntry[]; rowsHeight: number },
  size: ChartSize,
  top: number,
): Frame {
  const legend = legendAt(entries, { left: 4, top, right: size.width - 4 });
  const width = widthOfNames(names);
  const whole = size.width - 2 * plotLeft;
  const isAbove = width > size.width * widestNames;
  const linesFor = (text: string) => linesOf(text, whole, fontSizes.mark);
  const above = isAbove ? nameLine * greatest(names.map((each) => linesFor(each).length)) : 0;
  const areaTop = top + legend.height + 10;
  const area = {
    left: isAbove ? plotLeft : width + 14,
    right: size.width - 14,
    top: areaTop,
    bottom: areaTop + rowsHeight + names.length * above,
  };
  const shared = { size: fontSizes.mark, tone: 'ink' } as const;
  return {
    legend,
    area,
    above,
    name: (text, { top: rowTop, middle }, model) =>
      isAbove
        ? join(
            linesFor(text).map((line, i, lines) => {
              const y = rowTop - 3 - (lines.length - 1 - i) * nameLine;
              return textAt(line, { ...shared, x: plotLeft, y, model });
            }),
          )
        : textAt(text, { ...shared, x: area.left - 8, y: middle + 4, anchor: 'end', model }),
  };
}

function barMarkup(
  { value, text, hollow }: Bar,
  {
    label,
    model,
    style,
    top,
    x,
    left,
  }: {
    readonly label: string;
    readonly model: string | undefined;
    readonly style: number;
    readonly top: number;
    readonly x: Scale;
    readonly left: number;
  },
): readonly Markup[] {
  const tip = `${label}: ${text}${hollow ? ', unstable' : ''}`;
  const paint = hollow
    ? hollowOf(style)
    : { ...fillOf(style), class: `mark ${fillOf(style).class}` };
  const bar = {
    x: left,
    y: top + 1,
    width: Math.max(1, x(value) - left),
    height: barHeight - 2,
    rx: 2,
    ...paint,
    'data-model': model,
    'data-tip': tip,
  };
  return [
    element('rect', bar, [element('title', {}, [tip])]),
    textAt(text, { x: x(value) + 5, y: top + barHeight - 3, size: 10, model }),
  ];
}

export function drawBars(chart: BarsChart, size: ChartSize, top: number): Drawing {
  const bars = chart.groups.flatMap((group) => group.bars);
  const heightOf = (count: number): number => count * barHeight + groupGap;
  const { area, above, name } = frameOf(
    {
      names: chart.groups.map(({ label }) => label),
      entries: [],
      rowsHeight: chart.groups.reduce((sum, group) => sum + heightOf(group.bars.length), 0),
    },
    size,
    top,
  );
  const longestText = greatest([0, ...bars.map(({ text }) => textWidth(text, 10))]);
  const x = scaleOver(
    bars.map(({ value }) => value),
    { ...chart.value, fromZero: true },
    [area.left, area.right - longestText - 6],
  );
  let y = area.top;
  const groups = chart.groups.flatMap(({ label, model, style, bars: own }) => {
    const start = y + above + groupGap / 2;
    y += above + heightOf(own.length);
    return [
      name(label, { top: start, middle: start + (own.length * barHeight) / 2 }, model),
      ...own.flatMap((bar, i) =>
        barMarkup(bar, { label, model, style, top: start + i * barHeight, x, left: area.left }),
      ),
    ];
  });
  return {
    markup: join([bottomAxis(x, chart.value, area), ...groups]),
    height: area.bottom + bottomAxisHeight,
  };
}

/** Heights of the upright ticks, the tallest first. */
const tickHeights = [26, 16, 10];

function tickAt(i: number, x: number, base: number): Markup {
  const height = tickHeights[i] ?? 8;
  const stroke = strokeOf(i === 0 ? 'ink' : 'quiet');
  return element('line', {
    x1: x,
    x2: x,
    y1: base,
    y2: base - height,
    'stroke-width': i === 0 ? 2.2 : 1.6,
    ...stroke,
  });
}

const tickEntries = (names: readonly string[]): readonly LegendEntry[] =>
  names.map((name, i) => ({
    name,
    draw: (x, y) => tickAt(i, x + 6, y + (tickHeights[i] ?? 8) / 2),
  }));

type RangeRow = RangesChart['rows'][number];

/** The density above its base; without one the bare range. */
function shapeOf(row: RangeRow, x: Scale, base: number): Markup {
  const { density, style, hollow, low, high, label, model, detail } = row;
  const tip = `${label}: ${detail}`;
  const facts = { 'data-model': model, 'data-tip': tip };
  const title = [element('title', {}, [tip])];
  const fill = fillOf(style);
  if (!density) {
    const box = { x: x(low), y: base - 7, width: Math.max(1, x(high) - x(low)), height: 6 };
    const paint = hollow
      ? hollowOf(style)
      : { ...fill, class: `mark ${fill.class}`, 'fill-opacity': 0.35 };
    return element('rect', { ...box, ...paint, ...facts }, title);
  }
  const points = density.map(([at, height]) => [
    x(at).toFixed(1),
    (base - 1 - height * (densityHeight - 14)).toFixed(1),
  ]);
  const d = `M${x(low).toFixed(1)},${base}L${points.map((point) => point.join(',')).join('L')}L${x(high).toFixed(1)},${base}Z`;
  const stroke = strokeOf(style);
  const paint = hollow
    ? { ...hollowOf(style), 'stroke-width': 1.4 }
    : {
        class: `mark ${fill.class} ${stroke.class}`,
        fill: fill.fill,
        stroke: stroke.stroke,
        'fill-opacity': 0.35,
      };
  return element('path', { d, ...paint, ...facts }, title);
}

export function drawRanges(chart: RangesChart, size: ChartSize, top: number): Drawing {
  const heightOf = ({ density }: RangeRow): number => (density ? densityHeight : rangeHeight);
  const { legend, area, above, name } = frameOf(
    {
      names: chart.rows.map(({ label }) => label),
      entries: tickEntries(chart.marks),
      rowsHeight: chart.rows.reduce((sum, row) => sum + heightOf(row), 0),
    },
    size,
    top,
  );
  const x = scaleOver(
    chart.rows.flatMap(({ low, high }) => [low, high]),
    chart.value,
    [area.left, area.right],
  );
  let base = area.top;
  const rows = chart.rows.flatMap((row) => {
    const rowTop = base + above;
    base = rowTop + heightOf(row);
    const at = base - 4;
    return [
      name(row.label, { top: rowTop + 6, middle: at - 8 }, row.model),
      shapeOf(row, x, at),
      ...row.values.flatMap((value, i) => (value === undefined ? [] : tickAt(i, x(value), at))),
    ];
  });
  const markup = join([legend.markup, bottomAxis(x, chart.value, area), ...rows]);
  return { markup, height: area.bottom + bottomAxisHeight };
}
