import { precisionNames } from '../../../codegen/precisions.ts';
import type { Precision } from '../../../engines/engine.ts';
import { formatMs, formatPrecision } from '../format.ts';
import type { Baseline, BaselineRow } from '../published.ts';
import { slug } from '../report.ts';
import { type Cell, type Column, noFigure, numberCell, type Table, textCell } from '../table.ts';
import { doubtOf, remarkOn } from '../trust.ts';
import { findMeasured, isOnGpu, type Measured } from './measured.ts';

interface Setting {
  readonly precision: Precision;
  readonly batch: number;
}

interface ShownSetting extends Setting {
  /** Whether anything was measured at it: only then it has columns for that. */
  readonly measured: boolean;
}

function settingsOf(rows: readonly BaselineRow[]): readonly Setting[] {
  return precisionNames.flatMap((precision) => {
    const batches = rows
      .filter((row) => row.precision === precision)
      .flatMap(({ latencyMs }) => Object.keys(latencyMs).map(Number));
    return [...new Set(batches)].toSorted((a, b) => a - b).map((batch) => ({ precision, batch }));
  });
}

function columnsFor({ precision, batch, measured }: ShownSetting, ref: string): readonly Column[] {
  const id = `${precision}-b${batch}`;
  const setting = { precision, batch, align: 'right' } as const;
  const name = `${formatPrecision(precision)} batch ${batch}`;
  if (!measured)
    return [
      {
        id,
        label: `batch ${batch}`,
        group: `${formatPrecision(precision)}, ms`,
        ...setting,
        refs: [ref],
      },
    ];
  return [
    { id, label: 'published, ms', group: name, ...setting, refs: [ref] },
    { id: `${id}-measured`, label: 'measured, ms', group: name, ...setting },
    { id: `${id}-ratio`, label: 'ratio', group: name, ...setting },
  ];
}

/** How far a ratio may be from 1 before it is coloured. */
const evenRatio = 0.03;

function ratioCell(ratio: number): Cell {
  const tone = ratio < 1 - evenRatio ? 'good' : ratio > 1 + evenRatio ? 'bad' : undefined;
  return { value: ratio, text: `${ratio.toFixed(2)}×`, ...(tone ? { tone } : {}) };
}

export function measuredCell({ row, ref }: Measured): Cell {
  const { medianMs } = row.latency;
  const note = remarkOn(row);
  return { value: medianMs, text: formatMs(medianMs), refs: [ref], ...(note ? { note } : {}) };
}

function cellsFor(
  publishedMs: number | undefined,
  found: Measured | undefined,
  measured: boolean,
): readonly Cell[] {
  const published = numberCell(publishedMs, formatMs);
  if (!measured) return [published];
  if (!found) return [published, noFigure, noFigure];
  const isShown = publishedMs !== undefined && doubtOf(found.row) === undefined;
  const ratio = !isShown ? noFigure : ratioCell(found.row.latency.medianMs / publishedMs);
  return [published, measuredCell(found), ratio];
}

/**
 * A baseline's latencies; beside each what was measured on the same model of GPU, where anything was, and their ratio (below 1: faster than the baseline).
 * Measurements on anything else never stand here.
 */
export function baselineTable(baseline: Baseline, ref: string, all: readonly Measured[]): Table {
  const known = new Set(baseline.rows.map(({ spec }) => spec));
  const here = all.filter(({ row }) => isOnGpu(row, baseline.gpu) && known.has(row.model));
  const settings = settingsOf(baseline.rows).map((setting) => ({
    ...setting,
    measured: here.some(
      ({ row }) => row.precision === setting.precision && row.batch === setting.batch,
    ),
  }));
  const models = [
    ...new Map(baseline.rows.map((row) => [`${row.model} ${row.side}`, row])).values(),
  ];
  return {
    id: slug(baseline.id),
    title: `Latency on ${baseline.title}`,
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'side', label: 'Input, px', align: 'right' },
      ...settings.flatMap((setting) => columnsFor(setting, ref)),
    ],
    rows: models.map(({ model, spec, side }) => ({
      model: spec,
      cells: [
        textCell(spec),
        numberCell(side, String),
        ...settings.flatMap(({ precision, batch, measured }) => {
          const row = baseline.rows.find(
            (item) => item.model === model && item.side === side && item.precision === precision,
          );
          const found = findMeasured(here, { model: spec, precision, batch });
          return cellsFor(row?.latencyMs[batch], found, measured);
        }),
      ],
    })),
    notes: [
      settings.some(({ measured }) => measured)
        ? 'Measured: median of the latency that a caller waits; ratio: measured / published, below 1 is faster. The two may hold different intervals: see the provenance.'
        : `None of these models was measured on a ${baseline.gpu} yet: these are published figures alone.`,
      ...baseline.remarks,
    ],
  };
}
