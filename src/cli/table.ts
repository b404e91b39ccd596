import Table from 'cli-table3';
import { append } from '../collections/append.ts';
import { greatest } from '../collections/extremes.ts';
import { displayWidth, wrapLine, wrapText } from '../diagnostics/wrap.ts';
import { benchTables, type MeasuredRow } from '../report/bench-tables.ts';
import { columnName, type Table as Figures } from '../report/table.ts';
import type { Text } from './text.ts';

export type Align = 'left' | 'right';

/** Columns without rules, aligned, a header line first: readable in a terminal and in a log. */
export interface TextTable {
  readonly kind: 'table';
  /** All empty: there is no header line. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly align: readonly Align[];
  /** Columns before it. */
  readonly margin: number;
}

export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[],
): TextTable {
  return { kind: 'table', head, rows, align, margin: 0 };
}

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

const gap = plain.middle.length;

function draw({ head, rows, align, margin }: TextTable): string {
  const isHeaded = head.some((cell) => cell !== '');
  const table = new Table({
    chars: plain,
    colAligns: [...align],
    rowAligns: isHeaded ? ['bottom'] : [],
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  append(table, [...(isHeaded ? [[...head]] : []), ...rows.map((row) => [...row])]);
  return table
    .toString()
    .split('\n')
    .map((line) => (' '.repeat(margin) + line).trimEnd())
    .join('\n');
}

function widthOf(text: string): number {
  return greatest([0, ...text.split('\n').map(displayWidth)]);
}

function columnOf({ rows }: TextTable, index: number): readonly string[] {
  return rows.map((row) => row[index] ?? '');
}

/** Only these columns. */
function pick(table: TextTable, wanted: readonly number[]): TextTable {
  const of = <T>(list: readonly T[]): readonly T[] =>
    list.filter((_, index) => wanted.includes(index));
  return {
    ...table,
    head: of(table.head),
    rows: table.rows.map((row) => of(row)),
    align: of(table.align),
  };
}

/** A column that says the same in every row is told once, above; the first one names the rows. */
function liftConstants(table: TextTable): { readonly told: string; readonly rest: TextTable } {
  const indices = [...table.head.keys()];
  const isConstant = (index: number): boolean =>
    index > 0 && table.rows.length > 1 && new Set(columnOf(table, index)).size === 1;
  const told = indices
    .filter((index) => isConstant(index) && columnOf(table, index)[0] !== '')
    .map((index) => `${table.head[index] || 'all'}: ${columnOf(table, index)[0]}`);
  const rest = pick(
    table,
    indices.filter((index) => !isConstant(index)),
  );
  return { told: ' '.repeat(told.length > 0 ? table.margin : 0) + told.join(', '), rest };
}

/** Lines of a cell that still read as a row. */
const tallestCell = 4;

const longestWord = (text: string): number => greatest([0, ...text.split(' ').map(displayWidth)]);

/** The narrowest that a column can be: figures stay on a line, headings and words do not. */
function leastWidth(table: TextTable, index: number): number {
  const body = table.align[index] === 'right' ? displayWidth : longestWord;
  return greatest([
    longestWord(table.head[index] ?? ''),
    ...columnOf(table, index).map((cell) => body(cell)),
  ]);
}

function wholeWidth(table: TextTable, index: number): number {
  return greatest([table.head[index] ?? '', ...columnOf(table, index)].map(displayWidth));
}

/** The widths of columns that fit, the widest ones narrowed first; undefined where nothing fits. */
function widthsFor(table: TextTable, columns: number): readonly number[] | undefined {
  const indices = [...table.head.keys()];
  const least = indices.map((index) => leastWidth(table, index));
  const whole = indices.map((index) => wholeWidth(table, index));
  const room = columns - table.margin - gap * (indices.length - 1);
  for (let limit = greatest([0, ...whole]); limit > 0; limit -= 1) {
    const widths = whole.map((width, index) => Math.max(least[index] ?? 0, Math.min(width, limit)));
    if (widths.reduce((sum, width) => sum + width, 0) <= room) return widths;
  }
  return undefined;
}

/** Cells wrapped at words; undefined where that does not fit, or leaves cells that are too tall to read. */
function wrapCells(table: TextTable, columns: number): TextTable | undefined {
  const widths = widthsFor(table, columns);
  if (!widths) return undefined;
  const wrap = (cells: readonly string[]): readonly string[] =>
    cells.map((cell, index) => wrapLine(cell, widths[index] ?? columns, 0).join('\n'));
  const rows = table.rows.map(wrap);
  const isTall = rows.some((row) => row.some((cell) => cell.split('\n').length > tallestCell));
  return isTall ? undefined : { ...table, head: wrap(table.head), rows };
}

/** A row as a block of lines, each a heading and its value. */
function drawRecords({ head, rows, margin }: TextTable, columns: number): string {
  const width = greatest([0, ...head.map(displayWidth)]);
  const line = (cell: string, index: number): readonly string[] => {
    if (cell === '') return [];
    const label = (head[index] ?? '').padEnd(width);
    return [wrapText(`${' '.repeat(margin)}${label}  ${cell}`, columns, margin + width + gap)];
  };
  return rows.map((row) => row.flatMap(line).join('\n')).join('\n\n');
}

/** A table as lines; where it is wider than a terminal in the form that fits: without columns that are always the same, with wrapped cells, or a block a row. */
export function layTable(table: TextTable, columns?: number): string {
  const whole = draw(table);
  if (columns === undefined || widthOf(whole) <= columns) return whole;
  const { told, rest } = liftConstants(table);
  const above = told === '' ? [] : [wrapText(told, columns), ''];
  const wrapped = wrapCells(rest, columns);
  const body = wrapped ? draw(wrapped) : drawRecords(rest, columns);
  return [...above, body].join('\n');
}

/** A table of figures with its remarks below. */
export function formatFigures({ columns, rows, notes }: Figures): Text {
  const table = formatTable(
    columns.map(columnName),
    rows.map(({ cells }) => cells.map(({ text, note }) => (note ? `${text} (${note})` : text))),
    columns.map(({ align }) => align),
  );
  return [table, ...(notes.length > 0 ? ['', ...notes] : [])];
}

/** Timings as tables, each below its title where there are several. */
export function formatMeasurements(rows: readonly MeasuredRow[]): Text {
  const tables = benchTables(rows);
  return tables.flatMap((table, index) => [
    ...(index > 0 ? [''] : []),
    ...(tables.length > 1 ? [table.title] : []),
    formatFigures(table),
  ]);
}
