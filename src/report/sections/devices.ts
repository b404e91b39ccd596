/** What was measured, device by device: a CPU and a GPU, or two CPUs, never share a table. */

import type { Precision } from '../../../engines/engine.ts';
import { groupBy } from '../../collections/group-by.ts';
import { ownValue } from '../../collections/own-value.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { BenchRow } from '../bench-file.ts';
import type { Chart, RangesChart } from '../charts/chart.ts';
import { formatCount, formatMs, formatPrecision } from '../format.ts';
import type { PublishedModel } from '../published.ts';
import { type Section, slug } from '../report.ts';
import { type Cell, noFigure, numberCell, type Table, textCell } from '../table.ts';
import { judgedColumns } from './judged-columns.ts';
import { batchCharts, latencyCharts } from './latency-charts.ts';
import { type Measured, trustedOnly } from './measured.ts';

interface DeviceGroup {
  readonly name: string;
  readonly target: string;
  readonly items: readonly Measured[];
}

function groupByDevice(all: readonly Measured[]): readonly DeviceGroup[] {
  const groups = groupBy(all, ({ row: { device, target } }) =>
    JSON.stringify([device.kind, device.name, target]),
  );
  return [...groups.values()].flatMap((items) => {
    const [first] = items;
    return first ? [{ name: first.row.device.name, target: first.row.target, items }] : [];
  });
}

/** So many settings get a column of their own. */
const mostSettingColumns = 8;

/** Settings in figures that are not the same for all measurements: they stand beside each. */
function varyingSettings(items: readonly Measured[]): readonly string[] {
  const all = items.flatMap(({ row }) => Object.entries(row.settings));
  return [...groupBy(all, ([name]) => name)]
    .filter(([, entries]) => {
      const isEverywhere = entries.length === items.length;
      const values = new Set(entries.map(([, value]) => value));
      return (
        entries.every(([, value]) => typeof value !== 'string') &&
        values.size + (isEverywhere ? 0 : 1) > 1
      );
    })
    .map(([name]) => name)
    .slice(0, mostSettingColumns);
}

function settingCell(value: string | number | boolean | undefined): Cell {
  return value === undefined ? noFigure : textCell(String(value));
}

function deviceTable({ name, target, items }: DeviceGroup): Table {
  const right = { align: 'right' } as const;
  const settings = varyingSettings(items);
  const judged = judgedColumns(items);
  return {
    id: slug(`measured ${name} ${target}`),
    title: `All figures of ${name} by ${target}`,
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'precision', label: 'Precision', align: 'left' },
      { id: 'batch', label: 'Batch', ...right },
      { id: 'median', label: 'median', group: 'Latency, ms', ...right },
      { id: 'p90', label: 'p90', group: 'Latency, ms', ...right },
      { id: 'p99', label: 'p99', group: 'Latency, ms', ...right },
      { id: 'rate', label: 'Images/s', ...right },
      { id: 'variation', label: 'Variation', ...right },
      { id: 'iterations', label: 'Runs', ...right },
      ...settings.map((setting) => ({ id: setting, label: setting, ...right })),
      { id: 'stable', label: 'Stable', align: 'left' },
      ...judged.columns,
    ],
    rows: items.map(({ row, ref }) => ({
      model: row.model,
      cells: [
        textCell(row.model),
        textCell(formatPrecision(row.precision)),
        numberCell(row.batch, String),
        numberCell(row.latency.medianMs, formatMs, { refs: [ref] }),
        numberCell(row.latency.p90Ms, formatMs),
        numberCell(row.latency.p99Ms, formatMs),
        numberCell(row.imagesPerSecond, (rate) => rate.toFixed(rate < 100 ? 1 : 0)),
        numberCell(row.latency.variation, formatPercent),
        numberCell(row.iterations, formatCount),
        ...settings.map((setting) => settingCell(ownValue(row.settings, setting))),
        textCell(row.stable ? 'yes' : 'no', row.stable ? {} : { tone: 'bad' }),
        ...judged.cells(row),
      ],
    })),
    notes: [...new Set(items.map(({ row }) => `Latency: ${row.definition}`))],
  };
}

const marks = [
  { name: 'median', style: 0, of: (row: BenchRow) => row.latency.medianMs },
  { name: 'p90', style: 4, of: (row: BenchRow) => row.latency.p90Ms },
  { name: 'p99', style: 1, of: (row: BenchRow) => row.latency.p99Ms },
] as const;

/** From the fastest to the slowest run of each model at one setting. */
function percentileChart(group: DeviceGroup, precision: Precision, batch: number): RangesChart {
  const rows = group.items
    .map(({ row }) => row)
    .filter((row) => row.precision === precision && row.batch === batch);
  return {
    kind: 'ranges',
    id: slug(`measured ${group.name} ${group.target} ${precision} b${batch} percentiles`),
    title: `Latency percentiles, ${group.name} ${formatPrecision(precision)}, batch ${batch}`,
    summary: rows
      .map(
        (row) =>
          `${row.model}: median ${formatMs(row.latency.medianMs)} ms, p99 ${formatMs(row.latency.p99Ms)} ms`,
      )
      .join('; '),
    source: `${group.target}, fastest to slowest run`,
    value: { label: 'latency of a batch, ms' },
    marks: marks.map(({ name, style }) => ({ name, style })),
    rows: rows.map((row) => ({
      label: row.model,
      model: row.model,
      low: row.latency.minMs,
      high: row.latency.maxMs,
      values: marks.map(({ of }) => of(row)),
      detail: `min ${formatMs(row.latency.minMs)}, ${marks.map(({ name, of }) => `${name} ${formatMs(of(row))}`).join(', ')}, max ${formatMs(row.latency.maxMs)} ms`,
    })),
    device: group.name,
    precision,
    batch,
  };
}

function deviceCharts(group: DeviceGroup, models: readonly PublishedModel[]): readonly Chart[] {
  const rows = group.items.map(({ row }) => row);
  const source = `measured by ${group.target}`;
  const sets = [...new Set(rows.map(({ precision }) => precision))].map((precision) => ({
    origin: 'measured' as const,
    device: group.name,
    precision,
    source,
    points: rows
      .filter((row) => row.precision === precision)
      .map(({ model, batch, latency, imagesPerSecond }) => ({
        model,
        batch,
        ms: latency.medianMs,
        imagesPerSecond,
      })),
  }));
  // Kind by kind: charts of one kind stand beside each other.
  return [
    ...sets.flatMap((set) => latencyCharts({ ...set, source: `${source}, median` }, models)),
    ...sets.flatMap(batchCharts),
    ...sets.flatMap(({ precision, points }) =>
      [...new Set(points.map(({ batch }) => batch))]
        .toSorted((a, b) => a - b)
        .map((batch) => percentileChart(group, precision, batch)),
    ),
  ];
}

/** All figures, a table for each device and engine. */
export function deviceTables(all: readonly Measured[]): readonly Table[] {
  return groupByDevice(all).map(deviceTable);
}

export function deviceSections(
  all: readonly Measured[],
  models: readonly PublishedModel[],
): readonly Section[] {
  return groupByDevice(all).map((group) => {
    const batches = [...new Set(group.items.map(({ row }) => row.batch))];
    return {
      id: slug(`device ${group.name} ${group.target}`),
      title: `Measured on ${group.name} by ${group.target}`,
      intro: ['Accuracy in these charts is the published one; times are from this machine alone.'],
      charts: deviceCharts({ ...group, items: trustedOnly(group.items) }, models),
      tables: [deviceTable(group)],
      picker: { device: group.name, batch: batches.includes(1) ? 1 : (batches[0] ?? 1) },
    };
  });
}
