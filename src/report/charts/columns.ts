import { element, join, type Markup } from '../markup.ts';
import type { ChartSize, ColumnsChart } from './chart.ts';
import { fillOf, strokeOf } from './palette.ts';
import {
  bottomAxisHeight,
  fontSizes,
  leftAxis,
  legendAt,
  scaleOver,
  seriesEntries,
  textAt,
} from './plot.ts';

export function drawColumns(
  chart: ColumnsChart,
  size: ChartSize,
  top: number,
): { markup: Markup; height: number } {
  const legend = legendAt(seriesEntries(chart.series), { left: 4, top, right: size.width - 4 });
  const height = Math.min(size.height, 360);
  const area = {
    left: 48,
    right: size.width - 10,
    top: top + legend.height + 34,
    bottom: height - bottomAxisHeight + 14,
  };
  const y = scaleOver(
    chart.columns.map(({ value }) => value),
    { ...chart.value, fromZero: true },
    [area.bottom, area.top],
  );
  const step = (area.right - area.left) / Math.max(1, chart.columns.length);
  const gap = step > 4 ? 1 : 0;
  const columns = chart.columns.map(({ label, series, value, detail }, i) => {
    const tip = `${label}: ${detail}`;
    const fill = fillOf(chart.series[series]?.style ?? 0);
    return element(
      'rect',
      {
        x: area.left + i * step,
        y: y(value),
        width: step - gap,
        height: Math.max(0.5, area.bottom - y(value)),
        ...fill,
        class: `mark ${fill.class}`,
        'data-tip': tip,
      },
      [element('title', {}, [tip])],
    );
  });
  const markup = join([
    legend.markup,
    leftAxis(y, chart.value, area),
    ...columns,
    element('line', {
      x1: area.left,
      x2: area.right,
      y1: area.bottom,
      y2: area.bottom,
      ...strokeOf('axis'),
    }),
    textAt(chart.position, {
      x: (area.left + area.right) / 2,
      y: area.bottom + 20,
      size: fontSizes.label,
      anchor: 'middle',
    }),
  ]);
  return { markup, height };
}
