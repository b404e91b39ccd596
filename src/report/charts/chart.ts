import type { Setting } from '../setting.ts';

/** Which colour and mark a series has: an index into the palette, from 0 to `styleCount` − 1. */
export type StyleIndex = number;

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

/** What figures say, in sentences; `code` stands between backticks. */
export interface ChartVerdict {
  /** What it is of, among others: device, engine, batch, data. */
  readonly place: string;
  /** What to do; absent where there is nothing to choose. */
  readonly headline?: string;
  readonly sentences: readonly string[];
  /** What a word of the sentences means. */
  readonly note?: string;
}

export interface ChartBase extends Setting {
  readonly id: string;
  readonly title: string;
  /** What a reader who does not see the chart needs: what it compares, and what comes out. */
  readonly summary: string;
  /** Where the figures come from, in a few words. */
  readonly source: string;
  /** What the chart shows, in words that stand beside it. */
  readonly verdict?: ChartVerdict;
}

export interface Point {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** What hovering shows, after the label. */
  readonly detail: string;
  /** Model, to find the point by. */
  readonly model?: string;
  /** An unstable figure. */
  readonly hollow?: boolean;
  /** What the verdict names. */
  readonly chosen?: boolean;
}

/** Points, joined by lines where a series says so. */
export interface XyChart extends ChartBase {
  readonly kind: 'xy';
  readonly x: Axis;
  readonly y: Axis;
  /** `points`: each is named beside it; `ends`: each series is named at its last point. */
  readonly labels: 'points' | 'ends';
  /** Less x and more y are better: the points that no other beats are joined and named, the others dimmed. */
  readonly frontier?: boolean;
  /** Lines that a reader asked for. */
  readonly limits?: { readonly x?: number | undefined; readonly y?: number | undefined };
  readonly series: readonly (Series & {
    readonly joined: boolean;
    readonly points: readonly Point[];
  })[];
}

export interface Bar {
  readonly value: number;
  /** Stands behind the bar. */
  readonly text: string;
  /** An unstable figure. */
  readonly hollow?: boolean;
}

/** Horizontal bars, one or more in a group, in the group's colour. */
export interface BarsChart extends ChartBase {
  readonly kind: 'bars';
  readonly value: Axis;
  readonly groups: readonly {
    readonly label: string;
    readonly model?: string;
    readonly style: StyleIndex;
    readonly bars: readonly Bar[];
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

/** Distributions below each other: the density of the values where they are known, their range, and upright ticks at named places. */
export interface RangesChart extends ChartBase {
  readonly kind: 'ranges';
  readonly value: Axis;
  /** Names of the ticks, the tallest first. */
  readonly marks: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    readonly model?: string;
    readonly style: StyleIndex;
    readonly hollow?: boolean;
    readonly low: number;
    readonly high: number;
    /** One a mark, in their order; undefined: the row has none. */
    readonly values: readonly (number | undefined)[];
    /** Heights from 0 to 1 at rising places. */
    readonly density?: readonly (readonly [x: number, height: number])[];
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
  /** Whether names that are not shown are drawn hidden, for a page whose script shows those that a reader asks for. */
  readonly asked?: boolean;
}

export const wideSize: ChartSize = { width: 640, height: 460, labels: 'all' };
export const narrowSize: ChartSize = { width: 330, height: 380, labels: 'few' };
