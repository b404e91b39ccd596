import type { Precision } from '../../../engines/engine.ts';

/** Which colour and mark a series has: an index into the palette. */
export type StyleIndex = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export interface Series {
  readonly name: string;
  readonly style: StyleIndex;
}

export interface Axis {
  /** With its unit: `latency, ms`. */
  readonly label: string;
  /** Decimals of tick labels are d3's choice; `percent`: shares are shown as percentages. */
  readonly format?: 'percent';
  /** The axis starts at 0. */
  readonly fromZero?: true;
  /** Where ticks stand; default: d3's choice. */
  readonly ticks?: readonly number[];
}

export interface ChartBase {
  readonly id: string;
  readonly title: string;
  /** What a reader who does not see the chart needs: what it compares, and what comes out. */
  readonly summary: string;
  /** Where the figures come from, in a few words. */
  readonly source: string;
  /** The setting that a picker may ask for. */
  readonly device?: string;
  readonly precision?: Precision;
  readonly batch?: number;
}

export interface Point {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** What hovering shows, after the label. */
  readonly detail: string;
  /** Model, to find the point by. */
  readonly model?: string;
}

/** Points, joined by lines where a series says so. */
export interface XyChart extends ChartBase {
  readonly kind: 'xy';
  readonly x: Axis;
  readonly y: Axis;
  /** `points`: each is named beside it; `ends`: each series is named at its last point. */
  readonly labels: 'points' | 'ends';
  readonly series: readonly (Series & {
    readonly joined: boolean;
    readonly points: readonly Point[];
  })[];
}

/** Horizontal bars, one or more in a group. */
export interface BarsChart extends ChartBase {
  readonly kind: 'bars';
  readonly value: Axis;
  readonly series: readonly Series[];
  readonly groups: readonly {
    readonly label: string;
    readonly model?: string;
    /** One a series, in their order; null where there is no figure. */
    readonly values: readonly (number | null)[];
    readonly texts: readonly string[];
  }[];
}

/** Thin upright bars in an order that matters: the layers of a network. */
export interface ColumnsChart extends ChartBase {
  readonly kind: 'columns';
  readonly value: Axis;
  readonly position: string;
  readonly series: readonly Series[];
  readonly columns: readonly {
    readonly label: string;
    readonly series: number;
    readonly value: number;
    readonly detail: string;
  }[];
}

/** From the smallest to the largest of a distribution, with named marks. */
export interface RangesChart extends ChartBase {
  readonly kind: 'ranges';
  readonly value: Axis;
  readonly marks: readonly Series[];
  readonly rows: readonly {
    readonly label: string;
    readonly model?: string;
    readonly low: number;
    readonly high: number;
    /** One a mark, in their order. */
    readonly values: readonly number[];
    readonly detail: string;
  }[];
}

export type Chart = XyChart | BarsChart | ColumnsChart | RangesChart;

export interface ChartSize {
  readonly width: number;
  /** Of charts whose height does not follow from their rows. */
  readonly height: number;
  /** `few`: only the points that nothing beats are named, for narrow screens. */
  readonly labels: 'all' | 'few';
}

export const wideSize: ChartSize = { width: 640, height: 460, labels: 'all' };
export const narrowSize: ChartSize = { width: 330, height: 380, labels: 'few' };
