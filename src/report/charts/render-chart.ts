import { element, type Markup, raw } from '../markup.ts';
import { type Chart, type ChartSize, wideSize } from './chart.ts';
import { drawColumns } from './columns.ts';
import { fillOf, loneFileStyle } from './palette.ts';
import { fontSizes, textAt } from './plot.ts';
import { drawBars, drawRanges } from './rows.ts';
import { drawXy } from './xy.ts';

/** Inter is what PNG files are drawn with; elsewhere the system's own face, which is never wider than labels are placed for. */
export const fontFamily = 'Inter, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

function draw(chart: Chart, size: ChartSize, top: number): { markup: Markup; height: number } {
  switch (chart.kind) {
    case 'xy':
      return drawXy(chart, size, top);
    case 'bars':
      return drawBars(chart, size, top);
    case 'columns':
      return drawColumns(chart, size, top);
    case 'ranges':
      return drawRanges(chart, size, top);
  }
}

/** A chart as part of a page, which gives its title, source and colours. */
export function chartInPage(chart: Chart, size: ChartSize): Markup {
  const { markup, height } = draw(chart, size, 6);
  return element(
    'svg',
    {
      viewBox: `0 0 ${size.width} ${Math.ceil(height)}`,
      width: size.width,
      height: Math.ceil(height),
      role: 'img',
      'aria-label': `${chart.title}. ${chart.summary}`,
      'font-family': fontFamily,
    },
    [markup],
  );
}

/** A chart as a file of its own with title and source; `themed` follows the reader's light or dark system. */
export function chartFile(chart: Chart, { themed }: { readonly themed: boolean }): string {
  const size = wideSize;
  const titleHeight = 34;
  const { markup, height } = draw(
    chart,
    { ...size, height: size.height + titleHeight },
    titleHeight,
  );
  const whole = Math.ceil(height) + 26;
  const title = `${chart.id}-title`;
  const summary = `${chart.id}-summary`;
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${size.width} ${whole}`,
      width: size.width,
      height: whole,
      role: 'img',
      'aria-labelledby': `${title} ${summary}`,
      'font-family': fontFamily,
    },
    [
      element('title', { id: title }, [chart.title]),
      element('desc', { id: summary }, [chart.summary]),
      themed && element('style', {}, [raw(loneFileStyle)]),
      element('rect', { width: size.width, height: whole, ...fillOf('surface') }),
      textAt(chart.title, { x: 4, y: 20, size: fontSizes.title, tone: 'ink', bold: true }),
      markup,
      textAt(chart.source, { x: 4, y: whole - 10, size: 10 }),
    ],
  );
  return `${svg.markup}\n`;
}
