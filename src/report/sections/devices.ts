/** What was measured, device by device: a CPU and a GPU, or two CPUs, never share a table; engines of one device do. */

import { groupBy } from '../../collections/group-by.ts';
import { ownValue } from '../../collections/own-value.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { Chart } from '../charts/chart.ts';
import type { NameStyles } from '../charts/name-styles.ts';
import { formatCount, formatMs, formatPrecision, formatRate } from '../format.ts';
import { percentileMs, percentileNotes } from '../percentiles.ts';
import { type Section, slug } from '../report.ts';
import { firstBatch } from '../setting.ts';
import { type Cell, noFigure, numberCell, type Table, textCell } from '../table.ts';
import { targetCell, targetTitle, targetTitles } from '../target-title.ts';
import {
  type AccuracySources,
  accuracyOf,
  type KnownAccuracy,
  top1Text,
} from '../verdict/candidates.ts';
import { distributionChart } from './distributions.ts';
import { judgedColumns, noColumns, type RowColumns } from './judged-columns.ts';
import { batchCharts } from './latency-charts.ts';
import { type Measured, trustedOnly } from './measured.ts';

interface DeviceGroup {
  readonly name: string;
  /** Engines that it was measured by: they stand side by side. */
  readonly targets: readonly string[];
  readonly items: readonly Measured[];
}

function groupByDevice(all: readonly Measured[]): readonly DeviceGroup[] {
  const groups = groupBy(all, ({ row: { device } }) => JSON.stringify([device.kind, device.name]));
  return [...groups.values()].flatMap((items) => {
    const [first] = items;
    const targets = [...new Set(items.map(({ row }) => row.target))];
    return first ? [{ name: first.row.device.name, targets, items: besideEachOther(items) }] : [];
  });
}

/** Rows of one model, precision and batch behind each other, in the order in which the first of them came. */
function besideEachOther(items: readonly Measured[]): readonly Measured[] {
  const cells = groupBy(items, ({ row: { model, precision, batch } }) =>
    JSON.stringify([model, precision, batch]),
  );
  return [...cells.values()].flat();
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

const right = { align: 'right' } as const;
/** The engine of each row, where a device has several. */
function targetColumn(targets: readonly string[]): RowColumns {
  if (targets.length < 2) return noColumns;
  return {
    columns: [{ id: 'target', label: 'Engine', align: 'left', tellsRow: true }],
    cells: ({ target }) => [targetCell(target)],
  };
}

/** Accuracy beside latency: what was evaluated, else what was published, said as such. */
function accuracyColumn(items: readonly Measured[], sources: AccuracySources): RowColumns {
  const known = items.flatMap(({ row }) => accuracyOf(sources, row) ?? []);
  if (known.length === 0) return noColumns;
  const isMeasured = known.some(({ measured }) => measured);
  return {
    columns: [{ id: 'top1', label: isMeasured ? 'top-1' : 'top-1, published', ...right }],
    cells: (row) => [
      isMeasured ? notedAccuracy(accuracyOf(sources, row)) : percent(accuracyOf(sources, row)),
    ],
  };
}

const percent = (known: KnownAccuracy | undefined): Cell =>
  known ? numberCell(known.top1, () => top1Text(known)) : noFigure;

function notedAccuracy(known: KnownAccuracy | undefined): Cell {
  if (!known) return noFigure;
  const note = known.measured
    ? `measured in ${formatPrecision(known.measured.precision)}`
    : 'published';
  return { ...percent(known), note };
}

function deviceTable({ name, targets, items }: DeviceGroup, sources: AccuracySources): Table {
  const settings = varyingSettings(items);
  const judged = judgedColumns(items);
  const target = targetColumn(targets);
  const accuracy = accuracyColumn(items, sources);
  return {
    id: slug(`measured ${name} ${targets.join(' ')}`),
    title: `Figures of ${name} by ${targetTitles(targets)}`,
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'precision', label: 'Precision', align: 'left', tellsRow: true },
      ...target.columns,
      { id: 'batch', label: 'Batch', ...right, tellsRow: true },
      { id: 'median', label: 'median', group: 'Latency, ms', ...right },
      { id: 'p90', label: 'p90', group: 'Latency, ms', ...right },
      { id: 'p99', label: 'p99', group: 'Latency, ms', ...right },
      ...accuracy.columns,
      { id: 'rate', label: 'Images/s', ...right },
      { id: 'variation', label: 'Variation', ...right },
      { id: 'iterations', label: 'Runs', ...right },
      { id: 'stable', label: 'Stable', align: 'left' },
      ...judged.columns,
      ...settings.map((setting) => ({ id: setting, label: setting, ...right })),
    ],
    rows: items.map(({ row, ref }) => ({
      model: row.model,
      precision: row.precision,
      batch: row.batch,
      cells: [
        textCell(row.model),
        textCell(formatPrecision(row.precision)),
        ...target.cells(row),
        numberCell(row.batch, String),
        numberCell(row.latency.medianMs, formatMs, { refs: [ref] }),
        numberCell(percentileMs(row, 90), formatMs),
        numberCell(percentileMs(row, 99), formatMs),
        ...accuracy.cells(row),
        numberCell(row.imagesPerSecond, formatRate),
        numberCell(row.latency.variation, formatPercent),
        numberCell(row.iterations, formatCount),
        textCell(row.stable ? 'yes' : 'no', row.stable ? {} : { tone: 'bad' }),
        ...judged.cells(row),
        ...settings.map((setting) => settingCell(ownValue(row.settings, setting))),
      ],
    })),
    notes: [
      ...new Set(items.map(({ row }) => `Latency: ${row.definition}`)),
      ...percentileNotes(items.map(({ row }) => row)),
    ],
  };
}

function batchesOf(items: readonly Measured[]): readonly number[] {
  return [...new Set(items.map(({ row }) => row.batch))].toSorted((a, b) => a - b);
}

function deviceCharts(group: DeviceGroup, styles: NameStyles): readonly Chart[] {
  const sets = groupBy(group.items, ({ row }) => JSON.stringify([row.target, row.precision]));
  const lines = [...sets.values()].flatMap((items) => {
    const [first] = items;
    if (!first) return [];
    const { target, precision } = first.row;
    const points = items.map(({ row: { model, batch, latency, ...row } }) => ({
      model,
      batch,
      ms: latency.medianMs,
      imagesPerSecond: row.imagesPerSecond,
      stable: row.stable,
    }));
    const source = `measured by ${targetTitle(target)}`;
    return batchCharts({ device: group.name, target, precision, source, points }, styles);
  });
  const distributions = batchesOf(group.items).flatMap((batch) => {
    const items = group.items.filter(({ row }) => row.batch === batch);
    return distributionChart(items, styles) ?? [];
  });
  return [...distributions, ...lines];
}

/** What stands beside the figures of a device. */
export interface DeviceSources extends AccuracySources {
  readonly styles: NameStyles;
}

const noAccuracies: AccuracySources = { models: [], accuracies: [] };

/** All figures, a table for each device. */
export function deviceTables(
  all: readonly Measured[],
  sources: AccuracySources = noAccuracies,
): readonly Table[] {
  return groupByDevice(all).map((group) => deviceTable(group, sources));
}

export function deviceSections(
  all: readonly Measured[],
  sources: DeviceSources,
): readonly Section[] {
  return groupByDevice(all).map((group) => {
    const { name, targets, items } = group;
    return {
      id: slug(`device ${name} ${targets.join(' ')}`),
      title: `Measured on ${name} by ${targetTitles(targets)}`,
      intro: [],
      charts: deviceCharts({ ...group, items: trustedOnly(items) }, sources.styles),
      tables: [deviceTable(group, sources)],
      tablesFirst: true,
      picker: {
        precision: 'all',
        batch: firstBatch(items.map(({ row }) => ({ batch: row.batch }))),
      },
    };
  });
}
