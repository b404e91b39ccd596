import type { Precision } from '../../../engines/engine.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { Chart, Point, XyChart } from '../charts/chart.ts';
import type { NameStyles } from '../charts/name-styles.ts';
import { formatMs, formatPrecision, formatRate } from '../format.ts';
import { frontierOf } from '../frontier.ts';
import type { PublishedModel } from '../published.ts';
import { slug } from '../report.ts';

/** One latency of a model, from anywhere. */
export interface LatencyPoint {
  readonly model: string;
  readonly batch: number;
  readonly ms: number;
}

/** A measured one, with the throughput that was measured along with it. */
export interface MeasuredPoint extends LatencyPoint {
  readonly imagesPerSecond: number;
  readonly stable: boolean;
}

/** Where a group of latencies comes from. */
export interface LatencySet<P extends LatencyPoint = LatencyPoint> {
  readonly device: string;
  readonly precision: Precision;
  readonly source: string;
  readonly points: readonly P[];
}

/** Published models, and how each is drawn. */
export interface DrawnModels {
  readonly models: readonly PublishedModel[];
  readonly styles: NameStyles;
}

interface AccuracyChartFacts {
  readonly id: string;
  readonly title: string;
  readonly xLabel: string;
  readonly source: string;
  readonly detail: (x: number) => string;
  readonly setting?: Pick<XyChart, 'device' | 'precision' | 'batch'>;
}

const byX = (a: Point, b: Point): number => a.x - b.x;

/** Which models nothing beats, in words. */
function summaryOf(points: readonly Point[]): string {
  const front = frontierOf(points, ({ x, y }) => ({ cost: x, gain: y }));
  const names = front.map(({ label, detail }) => `${label} (${detail})`);
  return `${points.length} models; nothing beats ${names.join(', ')}.`;
}

/** Top-1 accuracy as published against a cost of each model, with the frontier. */
export function accuracyChart(
  { models, styles }: DrawnModels,
  xOf: (model: PublishedModel) => number | undefined,
  { id, title, xLabel, source, detail, setting = {} }: AccuracyChartFacts,
): XyChart {
  const series = models.flatMap((model) => {
    const { spec, top1 } = model;
    const x = xOf(model);
    if (x === undefined) return [];
    const text = `${detail(x)}, top-1 ${formatPercent(top1)}`;
    const point: Point = { label: spec, x, y: top1, detail: text, model: spec };
    return [{ name: spec, style: styles(spec), joined: false, points: [point] }];
  });
  return {
    kind: 'xy',
    id,
    title,
    summary: summaryOf(series.flatMap(({ points }) => points)),
    source,
    x: { label: xLabel, fromZero: true },
    y: { label: 'top-1 accuracy, %', format: 'percent' },
    labels: 'points',
    frontier: true,
    series,
    ...setting,
  };
}

/** Top-1 accuracy against published latency at each batch of a set. */
export function latencyCharts(set: LatencySet, drawn: DrawnModels): readonly XyChart[] {
  const batches = [...new Set(set.points.map(({ batch }) => batch))].toSorted((a, b) => a - b);
  const name = `${set.device} ${formatPrecision(set.precision)}`;
  return batches.flatMap((batch) => {
    const msOf = (model: PublishedModel) =>
      set.points.findLast((point) => point.model === model.spec && point.batch === batch)?.ms;
    const chart = accuracyChart(drawn, msOf, {
      id: slug(`published ${set.device} ${set.precision} b${batch}`),
      title: `Accuracy against latency, ${name}, batch ${batch}, published`,
      xLabel: `latency of a batch of ${batch}, ms`,
      source: set.source,
      detail: (ms) => `${formatMs(ms)} ms`,
      setting: { device: set.device, precision: set.precision, batch },
    });
    return chart.series.length > 0 ? [chart] : [];
  });
}

interface BatchQuantity {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly source: string;
  readonly valueIn: (point: MeasuredPoint) => number;
  readonly format: (value: number) => string;
}

const batchQuantities: readonly BatchQuantity[] = [
  {
    id: 'latency',
    title: 'Latency against batch',
    label: 'latency of a batch, ms',
    source: 'median',
    valueIn: ({ ms }) => ms,
    format: (ms) => `${formatMs(ms)} ms`,
  },
  {
    id: 'throughput',
    title: 'Throughput against batch',
    label: 'images a second',
    source: 'all runs together',
    valueIn: ({ imagesPerSecond }) => imagesPerSecond,
    format: (rate) => `${formatRate(rate)} images/s`,
  },
];

/** What was measured by one engine in one precision. */
export interface MeasuredSet extends LatencySet<MeasuredPoint> {
  readonly target: string;
}

function batchChart(
  set: MeasuredSet,
  { batches, styles }: { readonly batches: readonly number[]; readonly styles: NameStyles },
  { id, title, label, source, valueIn, format }: BatchQuantity,
): Chart {
  const models = [...new Set(set.points.map(({ model }) => model))];
  const series = models.map((model) => ({
    name: model,
    style: styles(model),
    joined: true,
    points: set.points
      .filter((point) => point.model === model)
      .map((point) => ({
        label: model,
        x: point.batch,
        y: valueIn(point),
        detail: `batch ${point.batch}, ${format(valueIn(point))}${point.stable ? '' : ', unstable'}`,
        model,
        ...(point.stable ? {} : { hollow: true }),
      }))
      .toSorted(byX),
  }));
  return {
    kind: 'xy',
    id: slug(`measured ${set.device} ${set.target} ${set.precision} ${id}`),
    title: `${title}, ${set.device} ${formatPrecision(set.precision)}, measured`,
    summary: `${models.length} models at batch ${batches.join(', ')}.`,
    source: `${set.source}, ${source}`,
    x: { label: 'batch', ticks: batches },
    y: { label, fromZero: true },
    labels: 'ends',
    series,
    device: set.device,
    precision: set.precision,
  };
}

/** Latency and throughput over the batches of a set. */
export function batchCharts(set: MeasuredSet, styles: NameStyles): readonly Chart[] {
  const batches = [...new Set(set.points.map(({ batch }) => batch))].toSorted((a, b) => a - b);
  if (batches.length < 2) return [];
  return batchQuantities.map((quantity) => batchChart(set, { batches, styles }, quantity));
}
