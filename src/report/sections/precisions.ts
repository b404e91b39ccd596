import { precisionNames, referencePrecision } from '../../../codegen/precisions.ts';
import type { Precision } from '../../../engines/engine.ts';
import { groupBy } from '../../collections/group-by.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { Accuracy, BenchRow } from '../bench-file.ts';
import type { BarsChart, StyleIndex } from '../charts/chart.ts';
import { formatChange, formatMs, formatPrecision } from '../format.ts';
import { type Section, slug } from '../report.ts';
import { type Cell, noFigure, type Table, textCell } from '../table.ts';
import { doubtOf, remarkOn } from '../trust.ts';
import { findMeasured, type Measured, trustedOnly } from './measured.ts';

const styleOf = (precision: Precision): StyleIndex =>
  precisionNames.indexOf(precision) as StyleIndex;

interface Place {
  readonly device: string;
  readonly target: string;
  readonly batch: number;
}

interface Comparison extends Place {
  readonly items: readonly Measured[];
  readonly precisions: readonly Precision[];
  readonly models: readonly string[];
}

/** Devices and batches at which one model at least was measured in two precisions. */
function comparisons(all: readonly Measured[]): readonly Comparison[] {
  const places = groupBy(all, ({ row: { device, target, batch } }) =>
    JSON.stringify([device.name, target, batch]),
  );
  return [...places.values()].flatMap((items) => {
    const [first] = items;
    if (!first) return [];
    const { device, target, batch } = first.row;
    const precisions = precisionNames.filter((precision) =>
      items.some(({ row }) => row.precision === precision),
    );
    if (precisions.length < 2) return [];
    const models = [...new Set(items.map(({ row }) => row.model))];
    return [{ device: device.name, target, batch, items, precisions, models }];
  });
}

function speedChart({ device, target, batch, items, precisions, models }: Comparison): BarsChart {
  const msOf = (model: string, precision: Precision) =>
    findMeasured(trustedOnly(items), { model, precision, batch })?.row.latency.medianMs ?? null;
  return {
    kind: 'bars',
    id: slug(`precisions ${device} ${target} b${batch}`),
    title: `Precisions side by side, ${device}, batch ${batch}`,
    summary: `${models.length} models in ${precisions.map(formatPrecision).join(', ')}.`,
    source: `measured by ${target}, median`,
    value: { label: 'latency of a batch, ms', fromZero: true },
    series: precisions.map((precision) => ({
      name: formatPrecision(precision),
      style: styleOf(precision),
    })),
    groups: models.map((model) => {
      const values = precisions.map((precision) => msOf(model, precision));
      return {
        label: model,
        model,
        values,
        texts: values.map((ms) => (ms === null ? '' : `${formatMs(ms)} ms`)),
      };
    }),
    device,
    batch,
  };
}

function accuracyOf(accuracies: readonly Accuracy[], model: string, precision: Precision) {
  return accuracies.findLast((row) => row.model === model && row.precision === precision);
}

function gainText(row: BenchRow, full: BenchRow | undefined): string {
  const [ms, fullMs] = [row.latency.medianMs, full?.latency.medianMs];
  const isJudged = full && doubtOf(row) === undefined && doubtOf(full) === undefined;
  if (!isJudged || fullMs === undefined || ms === fullMs) return '';
  return ` (${(fullMs / ms).toFixed(2)}× as fast)`;
}

function speedCell(found: Measured | undefined, full: Measured | undefined): Cell {
  if (!found) return noFigure;
  const { row, ref } = found;
  const { medianMs } = row.latency;
  const note = row.state && remarkOn(row);
  const text = `${formatMs(medianMs)}${gainText(row, full?.row)}`;
  return { value: medianMs, text, refs: [ref], ...(note ? { note } : {}) };
}

function top1Cell(row: Accuracy | undefined, full: Accuracy | undefined): Cell {
  if (!row) return noFigure;
  const change = full && full !== row ? ` (${formatChange(row.top1 - full.top1)})` : '';
  return { value: row.top1, text: `${formatPercent(row.top1, 2)}${change}` };
}

function comparisonTable(comparison: Comparison, accuracies: readonly Accuracy[]): Table {
  const { device, target, batch, items, precisions, models } = comparison;
  const withAccuracy = precisions.filter((precision) =>
    models.some((model) => accuracyOf(accuracies, model, precision)),
  );
  return {
    id: slug(`precisions ${device} ${target} b${batch}`),
    title: `Precisions side by side, ${device}, batch ${batch}`,
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      ...precisions.map((precision) => ({
        id: precision,
        label: formatPrecision(precision),
        group: 'Latency, ms',
        align: 'right' as const,
      })),
      ...withAccuracy.map((precision) => ({
        id: `${precision}-top1`,
        label: formatPrecision(precision),
        group: 'top-1',
        align: 'right' as const,
      })),
    ],
    rows: models.map((model) => {
      const found = (precision: Precision) => findMeasured(items, { model, precision, batch });
      const full = found(referencePrecision);
      return {
        model,
        cells: [
          textCell(model),
          ...precisions.map((precision) => speedCell(found(precision), full)),
          ...withAccuracy.map((precision) =>
            top1Cell(
              accuracyOf(accuracies, model, precision),
              accuracyOf(accuracies, model, referencePrecision),
            ),
          ),
        ],
      };
    }),
    notes: [],
  };
}

export function precisionSection(
  all: readonly Measured[],
  accuracies: readonly Accuracy[],
): Section | undefined {
  const found = comparisons(all);
  if (found.length === 0) return undefined;
  return {
    id: 'precisions',
    title: 'Precisions',
    intro: [
      'The same models in different precisions, measured on the same device by the same engine.',
    ],
    charts: found.map(speedChart),
    tables: found.map((comparison) => comparisonTable(comparison, accuracies)),
  };
}
