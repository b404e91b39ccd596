/** How the runs of each figure are spread. */

import type { BenchRow } from '../bench-file.ts';
import type { RangesChart } from '../charts/chart.ts';
import type { NameStyles } from '../charts/name-styles.ts';
import { densityOf } from '../density.ts';
import { formatMs, formatPrecision } from '../format.ts';
import { percentileMs } from '../percentiles.ts';
import { slug } from '../report.ts';
import { targetTitle, targetTitles } from '../target-title.ts';
import type { Measured } from './measured.ts';

type ChartRow = RangesChart['rows'][number];

function nameOf({ model, precision, target }: BenchRow, withTarget: boolean): string {
  return `${model} ${formatPrecision(precision)}${withTarget ? ` ${targetTitle(target)}` : ''}`;
}

/** `p95 1.20 ms`, or the slowest run where the runs are too few to have it. */
function upperText(row: BenchRow): string {
  const p95Ms = percentileMs(row, 95);
  return p95Ms === undefined
    ? `slowest ${formatMs(row.latency.maxMs)} ms`
    : `p95 ${formatMs(p95Ms)} ms`;
}

/** From where to where the rows are drawn. */
function spanText(rows: readonly BenchRow[]): string {
  const withP95 = rows.filter((row) => percentileMs(row, 95) !== undefined).length;
  if (withP95 === rows.length) return 'fastest run to p95';
  return withP95 === 0
    ? 'fastest to slowest run'
    : 'fastest run to p95, or to the slowest where runs are few';
}

/** The figures of a row in words; percentiles as far as there are enough runs. */
function detailOf(row: BenchRow): string {
  const { minMs, medianMs, maxMs } = row.latency;
  const percentiles = ([90, 95, 99] as const).map((p) => [`p${p}`, percentileMs(row, p)] as const);
  const figures = [
    ['median', medianMs] as const,
    ['fastest', minMs] as const,
    ...percentiles,
    ['slowest', maxMs] as const,
  ];
  const told = figures.flatMap(([name, ms]) => (ms === undefined ? [] : `${name} ${formatMs(ms)}`));
  return `${told.join(', ')} ms of ${row.iterations} runs`;
}

/** Times over the median of the row, up to p95 where there is one. */
function rowOf(row: BenchRow, { styles, name }: { styles: NameStyles; name: string }): ChartRow {
  const { minMs, medianMs, maxMs } = row.latency;
  const [low, high] = [minMs / medianMs, (percentileMs(row, 95) ?? maxMs) / medianMs];
  const p90Ms = percentileMs(row, 90);
  const samples = row.samplesMs?.map((ms) => ms / medianMs) ?? [];
  const density = densityOf(samples, [low, high]);
  return {
    label: name,
    model: row.model,
    style: styles(row.model),
    ...(row.stable ? {} : { hollow: true }),
    low,
    high,
    values: [1, p90Ms && p90Ms / medianMs],
    ...(density ? { density } : {}),
    detail: detailOf(row),
  };
}

/** Of one device at one batch: a row a model, precision and engine. */
export function distributionChart(
  items: readonly Measured[],
  styles: NameStyles,
): RangesChart | undefined {
  const rows = items.map(({ row }) => row);
  const [first] = rows;
  if (!first) return undefined;
  const { device, batch } = first;
  const targets = [...new Set(rows.map(({ target }) => target))];
  return {
    kind: 'ranges',
    id: slug(`measured ${device.name} ${targets.join(' ')} b${batch} distributions`),
    title: `Distribution of the runs, ${device.name}, batch ${batch}`,
    summary: rows
      .map(
        (row) =>
          `${nameOf(row, targets.length > 1)}: median ${formatMs(row.latency.medianMs)} ms, ${upperText(row)}`,
      )
      .join('; '),
    source: `measured by ${targetTitles(targets)}, ${spanText(rows)}`,
    value: { label: 'time of a run over the median' },
    marks: ['median', 'p90'],
    rows: rows.map((row) => rowOf(row, { styles, name: nameOf(row, targets.length > 1) })),
    device: device.name,
    batch,
  };
}
