/** What all charts share: legend, axes, grid, marks. Text sizes are pixels at the chart's own size. */

import { type ScaleLinear, scaleLinear } from 'd3-scale';
import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { greatest, least } from '../../collections/extremes.ts';
import { element, join, type Markup } from '../markup.ts';
import type { Axis, Series, StyleIndex } from './chart.ts';
import { fillOf, hollowOf, markOf, rimmed, strokeOf } from './palette.ts';
import type { Box } from './place-labels.ts';
import { textWidth } from './text-width.ts';

export type Scale = ScaleLinear<number, number>;

export const fontSizes = { title: 15, label: 12, tick: 11, mark: 11 } as const;

const shapes = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolWye,
  symbolStar,
] as const;

/** The mark of a style: styles of one colour have marks that differ. */
const shapeOf = (style: StyleIndex) => shapes[(style + Math.floor(style / 8)) % shapes.length];

/** What a mark tells when it is pointed at: `title` without a script, `data-tip` with one. */
export interface MarkFacts {
  readonly tip?: string;
  readonly model?: string | undefined;
  /** An unstable figure. */
  readonly hollow?: boolean | undefined;
  /** Another beats it. */
  readonly dominated?: boolean | undefined;
}

const markArea = 62;
/** What another beats is still there. */
export const dominatedOpacity = 0.45;

export function markAt(
  style: StyleIndex,
  { x, y }: { readonly x: number; readonly y: number },
  facts?: MarkFacts,
): Markup {
  return element(
    'path',
    {
      d: symbol(shapeOf(style) ?? symbolCircle, markArea)() ?? '',
      transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`,
      ...(facts?.hollow ? { ...hollowOf(style), 'stroke-width': 2 } : markOf(style)),
      opacity: facts?.dominated ? dominatedOpacity : undefined,
      'data-model': facts?.model,
      'data-tip': facts?.tip,
    },
    facts?.tip === undefined ? [] : [element('title', {}, [facts.tip])],
  );
}

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly tone?: 'ink' | 'quiet';
  readonly bold?: boolean;
  /** A rim in the surface's colour around the letters. */
  readonly rim?: boolean;
  /** The model that it names, to find it by. */
  readonly model?: string | undefined;
  /** Hidden until somebody asks for its model. */
  readonly asked?: boolean | undefined;
}

export function textAt(text: string, place: TextPlace): Markup {
  const { x, y, size, anchor = 'start', tone = 'quiet', bold, rim, model, asked } = place;
  const paint = rim ? rimmed(tone) : fillOf(tone);
  return element(
    'text',
    {
      x,
      y,
      'font-size': size,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': bold ? 600 : undefined,
      ...paint,
      ...(asked ? { class: `${paint.class} asked`, visibility: 'hidden' } : {}),
      'data-model': model,
    },
    [text],
  );
}

/** What a legend explains: a drawing, from its left end on, and its name. */
export interface LegendEntry {
  readonly name: string;
  readonly draw: (x: number, y: number) => Markup;
}

/** Entries of series, by their marks. */
export function seriesEntries(series: readonly Series[]): readonly LegendEntry[] {
  return series.map(({ name, style }) => ({
    name,
    draw: (x, y) => markAt(style, { x: x + 6, y }),
  }));
}

/** A drawing and a name each, in as many lines as the width asks for. */
export function legendAt(
  entries: readonly LegendEntry[],
  { left, top, right }: Pick<Box, 'left' | 'top' | 'right'>,
): { readonly markup: Markup; readonly height: number } {
  const lineHeight = 20;
  const parts: Markup[] = [];
  let [x, y] = [left, top + 10];
  for (const { name, draw } of entries) {
    const width = 16 + textWidth(name, fontSizes.label) + 18;
    if (x + width > right && x > left) [x, y] = [left, y + lineHeight];
    parts.push(draw(x, y));
    parts.push(textAt(name, { x: x + 16, y: y + 4, size: fontSizes.label, tone: 'ink' }));
    x += width;
  }
  return { markup: join(parts), height: entries.length > 0 ? y - top + 14 : 0 };
}

/** A linear scale over all values, with a margin at both ends or from 0. */
export function scaleOver(
  values: readonly number[],
  axis: Axis,
  range: readonly [number, number],
): Scale {
  const all = [...values, ...(axis.ticks ?? [])];
  const [low, high] = [least(all), greatest(all)];
  const margin = (high - low || Math.abs(high) || 1) * 0.06;
  const domain = axis.fromZero ? [0, high + margin] : [low - margin, high + margin];
  return scaleLinear(domain, [...range]);
}

function ticksOf(scale: Scale, axis: Axis, count: number): readonly { at: number; text: string }[] {
  const shown = axis.ticks ?? scale.ticks(count);
  const [low = 0, end = 0] = scale.domain();
  const high = axis.format === 'percent' ? Math.min(end, 1) : end;
  const format =
    axis.format === 'percent'
      ? (value: number) => String(Math.round(value * 1000) / 10)
      : axis.ticks
        ? String
        : scale.tickFormat(count);
  return shown
    .filter((value) => value >= low && value <= high)
    .map((value) => ({ at: scale(value), text: format(value) }));
}

/** Grid lines and figures at the left, the axis' label above them. */
export function leftAxis(scale: Scale, axis: Axis, area: Box): Markup {
  const ticks = ticksOf(scale, axis, 6);
  return join([
    ...ticks.map(({ at }) =>
      element('line', { x1: area.left, x2: area.right, y1: at, y2: at, ...strokeOf('grid') }),
    ),
    ...ticks.map(({ at, text }) =>
      textAt(text, { x: area.left - 8, y: at + 4, size: fontSizes.tick, anchor: 'end' }),
    ),
    textAt(axis.label, { x: 4, y: area.top - 12, size: fontSizes.label }),
  ]);
}

/** Grid lines and figures below, the axis' label under them. */
export function bottomAxis(scale: Scale, axis: Axis, area: Box): Markup {
  const ticks = ticksOf(scale, axis, area.right - area.left > 400 ? 8 : 5);
  return join([
    ...ticks.map(({ at }) =>
      element('line', { x1: at, x2: at, y1: area.top, y2: area.bottom, ...strokeOf('grid') }),
    ),
    element('line', {
      x1: area.left,
      x2: area.right,
      y1: area.bottom,
      y2: area.bottom,
      ...strokeOf('axis'),
    }),
    ...ticks.map(({ at, text }) =>
      textAt(text, { x: at, y: area.bottom + 18, size: fontSizes.tick, anchor: 'middle' }),
    ),
    textAt(axis.label, {
      x: (area.left + area.right) / 2,
      y: area.bottom + 38,
      size: fontSizes.label,
      anchor: 'middle',
    }),
  ]);
}

/** Room below a plot for its bottom axis. */
export const bottomAxisHeight = 46;
