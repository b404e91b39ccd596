/** How the runs of each figure are spread. */

import type { BenchRow } from '../bench-file.ts';
import type { RangesChart } from '../charts/chart.ts';
import type { ModelStyles } from '../charts/model-styles.ts';
import { densityOf } from '../density.ts';
import { formatMs, formatPrecision } from '../format.ts';
import { slug } from '../report.ts';
import type { Measured } from './measured.ts';

type ChartRow = RangesChart['rows'][number];

function nameOf({ model, precision, target }: BenchRow, withTarget: boolean): string {
  return `${model} ${formatPrecision(precision)}${withTarget ? ` ${target}` : ''}`;
}

/** Times over the median of the row, up to p95. */
function rowOf(row: BenchRow, { styles, name }: { styles: ModelStyles; name: string }): ChartRow {
  const { minMs, medianMs, p90Ms, p95Ms, p99Ms, maxMs } = row.latency;
  const [low, high] = [minMs / medianMs, p95Ms / medianMs];
  const samples = row.samplesMs?.map((ms) => ms / medianMs) ?? [];
  const density = densityOf(samples, [low, high]);
  return {
    label: name,
    model: row.model,
    style: styles(row.model),
    ...(row.stable ? {} : { hollow: true }),
    low,
    high,
    values: [1, p90Ms / medianMs],
    ...(density ? { density } : {}),
    detail: `median ${formatMs(medianMs)}, fastest ${formatMs(minMs)}, p90 ${formatMs(p90Ms)}, p95 ${formatMs(p95Ms)}, p99 ${formatMs(p99Ms)}, slowest ${formatMs(maxMs)} ms of ${row.iterations} runs`,
  };
}

/** Of one device at one batch: a row a model, precision and engine. */
export function distributionChart(
  items: readonly Measured[],
  styles: ModelStyles,
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
          `${nameOf(row, targets.length > 1)}: median ${formatMs(row.latency.medianMs)} ms, p95 ${formatMs(row.latency.p95Ms)} ms`,
      )
      .join('; '),
    source: `measured by ${targets.join(', ')}, fastest run to p95`,
    value: { label: 'time of a run over the median' },
    marks: ['median', 'p90'],
    rows: rows.map((row) => rowOf(row, { styles, name: nameOf(row, targets.length > 1) })),
    device: device.name,
    batch,
  };
}
