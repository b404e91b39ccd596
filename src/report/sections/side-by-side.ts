/** The same models in several precisions, or by several engines of one device: in charts, tables and sentences with the spread of each speed-up. */

import { precisionNames } from '../../../codegen/precisions.ts';
import type { Precision } from '../../../engines/engine.ts';
import { groupBy } from '../../collections/group-by.ts';
import type { Accuracy, BenchRow } from '../bench-file.ts';
import type { Bar, BarsChart } from '../charts/chart.ts';
import type { NameStyles } from '../charts/name-styles.ts';
import { formatChange, formatMs, formatPrecision, formatTop1 } from '../format.ts';
import type { PublishedModel } from '../published.ts';
import { type Section, slug } from '../report.ts';
import { firstBatch } from '../setting.ts';
import { type Cell, type Column, noFigure, numberCell, type Table, textCell } from '../table.ts';
import { targetTitle } from '../target-title.ts';
import { doubtOf, remarkOn } from '../trust.ts';
import { estimateOf, type SpeedUp, speedUp } from '../verdict/speed-up.ts';
import { speedPhrase, speedWords } from '../verdict/speed-words.ts';
import { chosenOf, type Measured, trustedOnly } from './measured.ts';

/** What sides differ in. */
interface Axis {
  readonly id: 'precisions' | 'engines';
  readonly title: string;
  readonly intro: string;
  readonly sideOf: (row: BenchRow) => string;
  readonly titleOf: (side: string) => string;
  /** In the order of the columns; the first one present is what others are measured by. */
  readonly sort: (sides: readonly string[]) => readonly string[];
  /** What stays the same: of a comparison, and of a row in it. */
  readonly placeOf: (row: BenchRow) => readonly string[];
  readonly rowOf: (row: BenchRow) => string;
}

const byPrecision: Axis = {
  id: 'precisions',
  title: 'Precisions',
  intro: 'The same models in different precisions, measured on the same device by the same engine.',
  sideOf: ({ precision }) => precision,
  titleOf: (side) => formatPrecision(side as Precision),
  sort: (sides) => precisionNames.filter((precision) => sides.includes(precision)),
  placeOf: ({ target }) => [target],
  rowOf: ({ model }) => model,
};

const byTarget: Axis = {
  id: 'engines',
  title: 'Engines',
  intro: 'The same models by different engines, measured on the same device in the same precision.',
  sideOf: ({ target }) => target,
  titleOf: targetTitle,
  sort: (sides) => [...new Set(sides)],
  placeOf: () => [],
  rowOf: ({ model, precision }) => `${model} ${formatPrecision(precision)}`,
};

interface Comparison {
  readonly axis: Axis;
  readonly device: string;
  readonly batch: number;
  /** What stays the same beside device and batch. */
  readonly place: readonly string[];
  readonly sides: readonly string[];
  /** Measurements of each row, by its name. */
  readonly rows: ReadonlyMap<string, readonly Measured[]>;
}

/** Devices and batches at which one model at least has two sides. */
function comparisonsOf(all: readonly Measured[], axis: Axis): readonly Comparison[] {
  const places = groupBy(all, ({ row }) =>
    JSON.stringify([row.device.kind, row.device.name, row.batch, axis.placeOf(row)]),
  );
  return [...places.values()].flatMap((items) => {
    const [first] = items;
    if (!first) return [];
    const { device, batch } = first.row;
    const sides = axis.sort(items.map(({ row }) => axis.sideOf(row)));
    if (sides.length < 2) return [];
    const rows = groupBy(items, ({ row }) => axis.rowOf(row));
    return [{ axis, device: device.name, batch, place: axis.placeOf(first.row), sides, rows }];
  });
}

const idOf = ({ axis, device, place, batch }: Comparison): string =>
  slug(`${axis.id} ${device} ${place.join(' ')} b${batch}`);

const placeText = ({ device, place, batch }: Comparison): string =>
  `${[device, ...place.map(targetTitle)].join(' by ')}, batch ${batch}`;

const titleOf = (comparison: Comparison): string =>
  `${comparison.axis.title} side by side, ${placeText(comparison)}`;

/** The measurement that speaks for a side. */
function findSide(items: readonly Measured[], axis: Axis, side: string): Measured | undefined {
  return chosenOf(items.filter(({ row }) => axis.sideOf(row) === side));
}

const isTrusted = (found: Measured | undefined): found is Measured =>
  found !== undefined && doubtOf(found.row) === undefined;

const speedBetween = (from: BenchRow, to: BenchRow): SpeedUp =>
  speedUp(estimateOf(from), estimateOf(to));

/** So many rows are told in sentences. */
const toldRows = 6;

/** `resnet50_vd in INT8 is 4.84 ± 0.20 × faster than in FP32.` */
function sentencesOf({ axis, sides, rows }: Comparison): readonly string[] {
  const [reference = '', ...others] = sides;
  const word = axis.id === 'precisions' ? 'in' : 'by';
  return [...rows].slice(0, toldRows).flatMap(([name, items]) => {
    const from = findSide(items, axis, reference);
    return others.flatMap((side) => {
      const to = findSide(items, axis, side);
      if (!isTrusted(from) || !isTrusted(to)) return [];
      const phrase = speedPhrase(
        speedBetween(from.row, to.row),
        `${word} ${axis.titleOf(reference)}`,
      );
      return [`${name} ${word} ${axis.titleOf(side)} is ${phrase}.`];
    });
  });
}

function barsOf(comparison: Comparison, items: readonly Measured[]): readonly Bar[] {
  const { axis, sides } = comparison;
  return sides.flatMap((side): Bar[] => {
    const found = findSide(trustedOnly(items), axis, side);
    if (!found) return [];
    const { latency, stable } = found.row;
    const text = `${axis.titleOf(side)} ${formatMs(latency.medianMs)} ms`;
    return [{ value: latency.medianMs, text, ...(stable ? {} : { hollow: true }) }];
  });
}

function chartOf(comparison: Comparison, styles: NameStyles): BarsChart {
  const { axis, device, batch, sides, rows } = comparison;
  return {
    kind: 'bars',
    id: idOf(comparison),
    title: titleOf(comparison),
    summary: `${rows.size} rows: ${sides.map(axis.titleOf).join(', ')}.`,
    verdict: { place: placeText(comparison), sentences: sentencesOf(comparison) },
    source: 'measured, median',
    value: { label: 'latency of a batch, ms', fromZero: true },
    groups: [...rows].map(([label, items]) => {
      const model = items[0]?.row.model ?? label;
      return { label, model, style: styles(model), bars: barsOf(comparison, items) };
    }),
    device,
    batch,
  };
}

function gainText(row: BenchRow, full: BenchRow | undefined): string | undefined {
  const isJudged = full && doubtOf(row) === undefined && doubtOf(full) === undefined;
  return isJudged && row !== full ? speedWords(speedBetween(full, row)) : undefined;
}

function speedCell(found: Measured | undefined, full: Measured | undefined): Cell {
  if (!found) return noFigure;
  const { row, ref } = found;
  const { medianMs } = row.latency;
  const notes = [gainText(row, full?.row), remarkOn(row)].filter((note) => note !== undefined);
  const note = notes.length > 0 ? { note: notes.join('; ') } : {};
  return { value: medianMs, text: formatMs(medianMs), refs: [ref], ...note };
}

export interface SideBySideSources {
  readonly models: readonly PublishedModel[];
  readonly accuracies: readonly Accuracy[];
  readonly styles: NameStyles;
}

type Evaluated = (side: string, items: readonly Measured[]) => Accuracy | undefined;

/** The evaluation of a side: of the row's model and precision, and by the engine where engines are compared. */
function evaluatedBy(axis: Axis, accuracies: readonly Accuracy[]): Evaluated {
  return (side, items) => {
    const [first] = items;
    if (!first) return undefined;
    const { model, precision } = first.row;
    return accuracies.findLast(
      (each) =>
        each.model === model &&
        (axis.id === 'precisions'
          ? each.precision === side
          : each.precision === precision && each.target === side),
    );
  };
}

function top1Cell(row: Accuracy | undefined, full: Accuracy | undefined): Cell {
  if (!row) return noFigure;
  const change = full && full !== row ? ` (${formatChange(row.top1 - full.top1)})` : '';
  return { value: row.top1, text: `${formatTop1(row.top1, 'measured')}${change}` };
}

interface AccuracyColumns {
  readonly columns: readonly Column[];
  cells(items: readonly Measured[]): readonly Cell[];
}

/** What was evaluated of each side, and the published accuracy beside it. */
function accuracyColumns(
  { axis, sides, rows }: Comparison,
  { models, accuracies }: SideBySideSources,
): AccuracyColumns {
  const evaluated = evaluatedBy(axis, accuracies);
  const shown = sides.filter((side) => [...rows.values()].some((items) => evaluated(side, items)));
  const publishedOf = (items: readonly Measured[]) =>
    models.find(({ spec }) => spec === items[0]?.row.model)?.top1;
  const withPublished = [...rows.values()].some((items) => publishedOf(items) !== undefined);
  const group = 'top-1';
  const reference = sides[0] ?? '';
  return {
    columns: [
      ...shown.map((side) => ({
        id: `${side}-top1`,
        label: axis.titleOf(side),
        group,
        align: 'right' as const,
      })),
      ...(withPublished
        ? [{ id: 'published', label: 'published', group, align: 'right' as const, refs: ['P0'] }]
        : []),
    ],
    cells: (items) => [
      ...shown.map((side) => top1Cell(evaluated(side, items), evaluated(reference, items))),
      ...(withPublished
        ? [numberCell(publishedOf(items), (top1) => formatTop1(top1, 'published'))]
        : []),
    ],
  };
}

const spreadNote =
  '±: half of the 95 % interval of the ratio, by how far the runs of both sides fix their medians (bootstrap of the samples; where a file keeps none, from the variation). Another day may differ by more.';

function tableOf(comparison: Comparison, sources: SideBySideSources): Table {
  const { axis, device, batch, sides, rows } = comparison;
  const accuracy = accuracyColumns(comparison, sources);
  return {
    id: idOf(comparison),
    title: titleOf(comparison),
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      ...sides.map((side) => ({
        id: side,
        label: axis.titleOf(side),
        group: 'Latency, ms',
        align: 'right' as const,
      })),
      ...accuracy.columns,
    ],
    rows: [...rows].map(([name, items]) => {
      const full = findSide(items, axis, sides[0] ?? '');
      return {
        model: items[0]?.row.model ?? name,
        cells: [
          textCell(name),
          ...sides.map((side) => speedCell(findSide(items, axis, side), full)),
          ...accuracy.cells(items),
        ],
      };
    }),
    notes: [spreadNote],
    device,
    batch,
  };
}

/** A section for precisions and one for engines, where a device has several. */
export function sideBySideSections(
  all: readonly Measured[],
  sources: SideBySideSources,
): readonly Section[] {
  return [byTarget, byPrecision].flatMap((axis) => {
    const found = comparisonsOf(all, axis);
    const [first] = found;
    if (!first) return [];
    const { device } = first;
    return {
      id: axis.id,
      title: axis.title,
      intro: [axis.intro],
      charts: found.map((comparison) => chartOf(comparison, sources.styles)),
      tables: found.map((comparison) => tableOf(comparison, sources)),
      tablesFirst: true,
      picker: { device, batch: firstBatch(found, { device }) },
    };
  });
}
