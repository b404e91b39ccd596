/** A farm's plan as a matrix: each cell has a figure, or the state that says why it has none. */

import { precisionNames } from '../../../codegen/precisions.ts';
import { groupBy } from '../../collections/group-by.ts';
import type { BenchRow, MissingCell, NamedBench } from '../bench-file.ts';
import type { MissingState } from '../cell-states.ts';
import { formatMs, formatPrecision } from '../format.ts';
import { type Section, slug } from '../report.ts';
import { type Cell, type Column, noFigure, type Row, type Table, textCell } from '../table.ts';
import { instabilityOf } from '../trust.ts';
import { spreadText } from './judged-columns.ts';
import { isOnGpu } from './measured.ts';

/** A cell of the matrix, filled or not. */
interface Place extends Pick<MissingCell, 'model' | 'precision' | 'gpu'> {
  readonly batch: number;
  readonly cell: Cell;
}

/** What needs no reason: time brings the figure. */
const byItself: ReadonlySet<MissingState> = new Set(['planned', 'queued', 'running', 'unknown']);
const toneOf = (state: MissingState) => (byItself.has(state) ? 'quiet' : 'bad');

function holeCell({ state, why }: MissingCell): Cell {
  return textCell(state, { tone: toneOf(state), ...(byItself.has(state) ? {} : { note: why }) });
}

function figureCell(row: BenchRow): Cell {
  const { medianMs } = row.latency;
  const notes = [instabilityOf(row), spreadText(row.spread)].filter((note) => note !== undefined);
  const tone = row.state === 'unstable' ? ({ tone: 'bad' } as const) : {};
  const note = notes.length > 0 ? { note: notes.join('; ') } : {};
  return { value: medianMs, text: formatMs(medianMs), ...tone, ...note };
}

/** The class that was planned for; where the row does not say it, the one that its GPU's name holds. */
function gpuOf(row: BenchRow, classes: readonly string[]): string {
  const planned = row.provenance?.gpu;
  return planned ?? classes.find((gpu) => isOnGpu(row, gpu)) ?? row.device.name;
}

function placesOf(rows: readonly BenchRow[], missing: readonly MissingCell[]): readonly Place[] {
  const classes = [...new Set(missing.map(({ gpu }) => gpu))];
  const filled = rows.map((row) => ({
    model: row.model,
    precision: row.precision,
    gpu: gpuOf(row, classes),
    batch: row.batch,
    cell: figureCell(row),
  }));
  const holes = missing.flatMap((hole) => {
    const { model, precision, gpu, batches } = hole;
    return batches.map((batch) => ({ model, precision, gpu, batch, cell: holeCell(hole) }));
  });
  return [...filled, ...holes];
}

/** Places that several releases or settings share show one after the other. */
function joinCells(cells: readonly Cell[]): Cell {
  const [first = noFigure] = cells;
  if (cells.length < 2) return first;
  const notes = [...new Set(cells.flatMap(({ note }) => note ?? []))].join('; ');
  const text = cells.map((cell) => cell.text).join(' / ');
  return { ...first, text, ...(notes ? { note: notes } : {}) };
}

function columnsOf(places: readonly Place[]): readonly Column[] {
  return [...groupBy(places, ({ gpu }) => gpu)].flatMap(([gpu, own]) =>
    [...new Set(own.map(({ batch }) => batch))]
      .toSorted((a, b) => a - b)
      .map((batch) => ({
        id: JSON.stringify([gpu, batch]),
        label: `batch ${batch}`,
        group: `${gpu}, ms`,
        align: 'right',
        batch,
      })),
  );
}

function matrixRow(places: readonly Place[], columns: readonly Column[]): readonly Row[] {
  const [first] = places;
  if (!first) return [];
  const { model, precision } = first;
  const byColumn = groupBy(places, ({ gpu, batch }) => JSON.stringify([gpu, batch]));
  const figures = columns.map(({ id }) =>
    joinCells((byColumn.get(id) ?? []).map(({ cell }) => cell)),
  );
  return [{ model, cells: [textCell(model), textCell(formatPrecision(precision)), ...figures] }];
}

function matrix(path: string, places: readonly Place[]): Table {
  const columns = columnsOf(places);
  const rows = groupBy(places, ({ model, precision }) => JSON.stringify([model, precision]));
  const sorted = [...rows.values()].toSorted(([a], [b]) => {
    if (!a || !b) return 0;
    const rank = (place: Place) => precisionNames.indexOf(place.precision);
    return a.model.localeCompare(b.model, 'en') || rank(a) - rank(b);
  });
  return {
    id: slug(`plan ${path}`),
    title: `Cells of ${path}`,
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'precision', label: 'Precision', align: 'left', tellsRow: true },
      ...columns,
    ],
    rows: sorted.flatMap((own) => matrixRow(own, columns)),
    notes: [
      'Medians in milliseconds of a batch, of the attempt that counts. A word instead of a figure is the state of a cell that has none.',
    ],
  };
}

/** So many cells without a figure are listed with their reason. */
const listedCells = 400;

function missingTable(path: string, missing: readonly MissingCell[]): Table {
  const surplus = missing.length - listedCells;
  return {
    id: slug(`missing ${path}`),
    title: `Without a figure in ${path}`,
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'precision', label: 'Precision', align: 'left', tellsRow: true },
      { id: 'gpu', label: 'GPU', align: 'left', tellsRow: true },
      { id: 'batches', label: 'Batches', align: 'left' },
      { id: 'state', label: 'State', align: 'left' },
      { id: 'why', label: 'Why', align: 'left' },
    ],
    rows: missing.slice(0, listedCells).map(({ model, precision, gpu, batches, state, why }) => ({
      model,
      cells: [
        textCell(model),
        textCell(formatPrecision(precision)),
        textCell(gpu),
        textCell(batches.join(', ')),
        textCell(state, { tone: toneOf(state) }),
        textCell(why),
      ],
    })),
    notes: surplus > 0 ? [`And ${surplus} more; the bench file names them all.`] : [],
  };
}

/** Matrix and holes of a file that has a plan. */
export function planTables({ path, bench: { rows, missing } }: NamedBench): readonly Table[] {
  if (!missing) return [];
  const places = placesOf(rows, missing);
  return [
    ...(places.length > 0 ? [matrix(path, places)] : []),
    ...(missing.length > 0 ? [missingTable(path, missing)] : []),
  ];
}

function countSentence({ bench: { rows, missing = [] } }: NamedBench): string {
  const holes = missing.reduce((sum, { batches }) => sum + batches.length, 0);
  const unstable = rows.filter(({ state }) => state === 'unstable').length;
  const doubtful = unstable > 0 ? `, ${unstable} of them unstable` : '';
  const figures = `${rows.length} of ${rows.length + holes} batches have a figure${doubtful}`;
  return holes > 0 ? `${figures}; ${holes} have none.` : `${figures}.`;
}

/** What became of each plan. */
export function planSections(benches: readonly NamedBench[]): readonly Section[] {
  const planned = benches.filter(({ bench }) => bench.missing !== undefined);
  if (planned.length === 0) return [];
  return [
    {
      id: 'plan',
      title: 'What was planned',
      intro: [
        ...planned.map((bench) => `${bench.path}: ${countSentence(bench)}`),
        'A figure that is unstable stands in tables, in no chart and no ratio.',
      ],
      charts: [],
      tables: planned.flatMap(planTables),
      picker: { batch: 'all' },
    },
  ];
}
