import type { Precision } from '../../../engines/engine.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { Chart, Point, StyleIndex, XyChart } from '../charts/chart.ts';
import { formatMs, formatPrecision } from '../format.ts';
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
}

/** Where a group of latencies comes from. */
export interface LatencySet<P extends LatencyPoint = LatencyPoint> {
  /** `published` or `measured`: stands in ids and titles. */
  readonly origin: 'published' | 'measured';
  readonly device: string;
  readonly precision: Precision;
  readonly source: string;
  readonly points: readonly P[];
}

const families = {
  plain: { name: 'ResNet', style: 0, joined: true },
  vc: { name: 'ResNet_vc', style: 4, joined: false },
  vd: { name: 'ResNet_vd', style: 1, joined: true },
  distilled: { name: 'vd, distilled (v2, SSLD)', style: 2, joined: false },
} as const satisfies Record<
  PublishedModel['family'],
  { name: string; style: StyleIndex; joined: boolean }
>;

interface AccuracyChartFacts {
  readonly id: string;
  readonly title: string;
  readonly xLabel: string;
  readonly source: string;
  readonly detail: (x: number) => string;
  readonly setting?: Pick<XyChart, 'device' | 'precision' | 'batch'>;
}

const byX = (a: Point, b: Point): number => a.x - b.x;

/** Top-1 accuracy as published against a cost of each model, by family. */
export function accuracyChart(
  models: readonly PublishedModel[],
  xOf: (model: PublishedModel) => number | undefined,
  { id, title, xLabel, source, detail, setting = {} }: AccuracyChartFacts,
): XyChart {
  const series = Object.entries(families).map(([family, style]) => ({
    ...style,
    points: models
      .filter((model) => model.family === family)
      .flatMap((model): Point[] => {
        const x = xOf(model);
        if (x === undefined) return [];
        const text = `${detail(x)}, top-1 ${formatPercent(model.top1)}`;
        return [{ label: model.name, x, y: model.top1, detail: text, model: model.spec }];
      })
      .toSorted(byX),
  }));
  const shown = series.filter(({ points }) => points.length > 0);
  const all = shown.flatMap(({ points }) => points);
  const best = all.toSorted((a, b) => b.y - a.y)[0];
  const least = all.toSorted(byX)[0];
  return {
    kind: 'xy',
    id,
    title,
    summary: `${all.length} models${best && least ? `: from ${least.label} (${least.detail}) to ${best.label} (${best.detail})` : ''}.`,
    source,
    x: { label: xLabel, fromZero: true },
    y: { label: 'top-1 accuracy, %', format: 'percent' },
    labels: 'points',
    series: shown,
    ...setting,
  };
}

/** Top-1 accuracy against latency at each batch of a set; models without a published accuracy are left out. */
export function latencyCharts(
  set: LatencySet,
  models: readonly PublishedModel[],
): readonly XyChart[] {
  const batches = [...new Set(set.points.map(({ batch }) => batch))].toSorted((a, b) => a - b);
  const name = `${set.device} ${formatPrecision(set.precision)}`;
  return batches.flatMap((batch) => {
    const msOf = (model: PublishedModel) =>
      set.points.findLast((point) => point.model === model.spec && point.batch === batch)?.ms;
    const chart = accuracyChart(models, msOf, {
      id: slug(`${set.origin} ${set.device} ${set.precision} b${batch}`),
      title: `Accuracy against latency, ${name}, batch ${batch}, ${set.origin}`,
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
    format: (rate) => `${rate.toFixed(0)} images/s`,
  },
];

function batchChart(
  set: LatencySet<MeasuredPoint>,
  batches: readonly number[],
  { id, title, label, source, valueIn, format }: BatchQuantity,
): Chart {
  const models = [...new Set(set.points.map(({ model }) => model))];
  const series = models.map((model, i) => ({
    name: model,
    style: (i % 8) as StyleIndex,
    joined: true,
    points: set.points
      .filter((point) => point.model === model)
      .map((point) => ({
        label: model,
        x: point.batch,
        y: valueIn(point),
        detail: `batch ${point.batch}, ${format(valueIn(point))}`,
        model,
      }))
      .toSorted(byX),
  }));
  return {
    kind: 'xy',
    id: slug(`${set.origin} ${set.device} ${set.precision} ${id}`),
    title: `${title}, ${set.device} ${formatPrecision(set.precision)}, ${set.origin}`,
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
export function batchCharts(set: LatencySet<MeasuredPoint>): readonly Chart[] {
  const batches = [...new Set(set.points.map(({ batch }) => batch))].toSorted((a, b) => a - b);
  if (batches.length < 2) return [];
  return batchQuantities.map((quantity) => batchChart(set, batches, quantity));
}
