/** Charts that are lists: bars and ranges, a row or group each, as high as they have rows. */
import { greatest } from '../../collections/extremes.ts';
import { element, join, type Markup } from '../markup.ts';
import type { BarsChart, ChartSize, RangesChart, Series } from './chart.ts';
import { fillOf, strokeOf } from './palette.ts';
import {
  bottomAxis,
  bottomAxisHeight,
  fontSizes,
  legendAt,
  markAt,
  scaleOver,
  textAt,
} from './plot.ts';
import { fitText, textWidth } from './text-width.ts';

type Drawing = { readonly markup: Markup; readonly height: number };

const barHeight = 13;
const groupGap = 12;
const rangeHeight = 26;

/** Width of the names at the left: as wide as the longest, at most a third of the chart. */
function nameWidth(names: readonly string[], width: number): number {
  const longest = greatest([0, ...names.map((name) => textWidth(name, fontSizes.mark))]);
  return Math.min(longest, width * 0.36);
}

interface Frame {
  readonly legend: Drawing;
  readonly area: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly name: (text: string, y: number) => Markup;
}

function frameOf(
  {
    names,
    series,
    rowsHeight,
  }: { names: readonly string[]; series: readonly Series[]; rowsHeight: number },
  size: ChartSize,
  top: number,
): Frame {
  const legend = legendAt(series, { left: 4, top, right: size.width - 4 });
  const width = nameWidth(names, size.width);
  const areaTop = top + legend.height + 10;
  const area = {
    left: width + 14,
    right: size.width - 14,
    top: areaTop,
    bottom: areaTop + rowsHeight,
  };
  return {
    legend,
    area,
    name: (text, y) =>
      textAt(fitText(text, width, fontSizes.mark), {
        x: area.left - 8,
        y: y + 4,
        size: fontSizes.mark,
        anchor: 'end',
        tone: 'ink',
      }),
  };
}

export function drawBars(chart: BarsChart, size: ChartSize, top: number): Drawing {
  const groupHeight = chart.series.length * barHeight + groupGap;
  const { legend, area, name } = frameOf(
    {
      names: chart.groups.map(({ label }) => label),
      series: chart.series,
      rowsHeight: chart.groups.length * groupHeight,
    },
    size,
    top,
  );
  const longestText = greatest([
    0,
    ...chart.groups.flatMap(({ texts }) => texts.map((text) => textWidth(text, 10))),
  ]);
  const values = chart.groups.flatMap((group) => group.values.filter((value) => value !== null));
  const x = scaleOver(values, { ...chart.value, fromZero: true }, [
    area.left,
    area.right - longestText - 6,
  ]);
  const bars = chart.groups.flatMap(({ label, model, values: own, texts }, row) => {
    const y = area.top + row * groupHeight + groupGap / 2;
    return [
      name(label, y + (chart.series.length * barHeight) / 2),
      ...chart.series.flatMap(({ name: seriesName, style }, i) => {
        const value = own[i];
        if (value === null || value === undefined) return [];
        const tip = `${label}, ${seriesName}: ${texts[i] ?? ''}`;
        const barTop = y + i * barHeight;
        return [
          element(
            'rect',
            {
              x: area.left,
              y: barTop + 1,
              width: Math.max(1, x(value) - area.left),
              height: barHeight - 2,
              rx: 2,
              ...fillOf(style),
              class: `mark ${fillOf(style).class}`,
              'data-model': model,
              'data-tip': tip,
            },
            [element('title', {}, [tip])],
          ),
          textAt(texts[i] ?? '', { x: x(value) + 5, y: barTop + barHeight - 3, size: 10 }),
        ];
      }),
    ];
  });
  const markup = join([legend.markup, bottomAxis(x, chart.value, area), ...bars]);
  return { markup, height: area.bottom + bottomAxisHeight };
}

export function drawRanges(chart: RangesChart, size: ChartSize, top: number): Drawing {
  const { legend, area, name } = frameOf(
    {
      names: chart.rows.map(({ label }) => label),
      series: chart.marks,
      rowsHeight: chart.rows.length * rangeHeight,
    },
    size,
    top,
  );
  const x = scaleOver(
    chart.rows.flatMap(({ low, high }) => [low, high]),
    { ...chart.value, fromZero: true },
    [area.left, area.right],
  );
  const rows = chart.rows.flatMap(({ label, model, low, high, values, detail }, row) => {
    const y = area.top + row * rangeHeight + rangeHeight / 2;
    return [
      name(label, y),
      element('line', {
        x1: x(low),
        x2: x(high),
        y1: y,
        y2: y,
        'stroke-width': 2,
        ...strokeOf('axis'),
      }),
      ...[low, high].map((end) =>
        element('line', {
          x1: x(end),
          x2: x(end),
          y1: y - 5,
          y2: y + 5,
          'stroke-width': 2,
          ...strokeOf('axis'),
        }),
      ),
      ...chart.marks.map(({ style }, i) =>
        markAt(style, { x: x(values[i] ?? low), y }, { tip: `${label}: ${detail}`, model }),
      ),
    ];
  });
  const markup = join([legend.markup, bottomAxis(x, chart.value, area), ...rows]);
  return { markup, height: area.bottom + bottomAxisHeight };
}
