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

/** A setting is a name or a whole number; what was measured stays in its place. */
function isSetting(cells: readonly string[], align: Align | undefined): boolean {
  return new Set(cells).size === 1 && (align === 'left' || /^\d*$/.test(cells[0] ?? ''));
}

interface Lifted {
  /** Undefined where there is nothing to tell. */
  readonly told: string | undefined;
  readonly rest: TextTable;
}

/** A setting that is the same in every row is told once, above; the first column names the rows. */
function liftSettings(table: TextTable): Lifted {
  const { head, rows, align, margin } = table;
  const indices = [...head.keys()];
  const isLifted = (index: number): boolean =>
    index > 0 && rows.length > 1 && isSetting(columnOf(table, index), align[index]);
  const told = indices.flatMap((index) => {
    const [value = ''] = isLifted(index) ? columnOf(table, index) : [];
    return value === '' ? [] : [`${head[index] || 'all'}: ${value}`];
  });
  const rest = pick(
    table,
    indices.filter((index) => !isLifted(index)),
  );
  return { told: told.length > 0 ? ' '.repeat(margin) + told.join(', ') : undefined, rest };
}

/** Lines of a cell that still read as a row. */
const tallestCell = 4;

/** Between a figure and its unit nothing is broken. */
const unit = /(?<=\d) (?!to |\(|\d)/g;
const glue = '\u00a0';
const glued = (cell: string): string => cell.replaceAll(unit, glue);

const widestWord = (cell: string): number =>
  greatest([0, ...glued(cell).split(' ').map(displayWidth)]);

/** What may be broken at spaces, from the least to the most. */
const breakings = ['headings', 'texts', 'figures'] as const;
type Breaking = (typeof breakings)[number];

/** The narrowest that a column can be. */
function leastWidth(table: TextTable, index: number, breaking: Breaking): number {
  const isBroken =
    breaking === 'figures' || (breaking === 'texts' && table.align[index] === 'left');
  const body = columnOf(table, index).map(isBroken ? widestWord : displayWidth);
  return greatest([widestWord(table.head[index] ?? ''), ...body]);
}

function wholeWidth(table: TextTable, index: number): number {
  return greatest([table.head[index] ?? '', ...columnOf(table, index)].map(displayWidth));
}

/** The widths of columns that fit, the widest ones narrowed first; undefined where nothing fits. */
function widthsFor(table: TextTable, columns: number, breaking: Breaking) {
  const indices = [...table.head.keys()];
  const least = indices.map((index) => leastWidth(table, index, breaking));
  const whole = indices.map((index) => wholeWidth(table, index));
  const room = columns - table.margin - gap * (indices.length - 1);
  for (let limit = greatest([0, ...whole]); limit > 0; limit -= 1) {
    const widths = whole.map((width, index) => Math.max(least[index] ?? 0, Math.min(width, limit)));
    if (widths.reduce((sum, width) => sum + width, 0) <= room) return widths;
  }
  return undefined;
}

/** Cells wrapped at words; undefined where that does not fit, or leaves cells that are too tall to read. */
function wrapCells(table: TextTable, columns: number, breaking: Breaking): TextTable | undefined {
  const widths = widthsFor(table, columns, breaking);
  if (!widths) return undefined;
  const wrapCell = (cell: string, index: number): string =>
    wrapLine(glued(cell), widths[index] ?? columns, 0)
      .join('\n')
      .replaceAll(glue, ' ');
  const rows = table.rows.map((row) => row.map(wrapCell));
  const isTall = rows.some((row) => row.some((cell) => cell.split('\n').length > tallestCell));
  return isTall ? undefined : { ...table, head: table.head.map(wrapCell), rows };
}

/** A row as a block: its name, and below it what the headings say of it. */
function drawRecords({ head, rows, margin }: TextTable, columns: number): string {
  const before = ' '.repeat(margin);
  return rows
    .map(([name = '', ...cells]) => {
      const facts = cells.flatMap((cell, index) =>
        cell === '' ? [] : [[head[index + 1], glued(cell)].filter(Boolean).join(`:${glue}`)],
      );
      const isLong = facts.some((fact) => displayWidth(fact) > columns / 2);
      const lines = isLong ? facts : [facts.join('; ')];
      const shown = [`${before}${name}`, ...lines.map((line) => `${before}  ${line}`)];
      return shown.map((line) => wrapText(line, columns).replaceAll(glue, ' ')).join('\n');
    })
    .join('\n');
}

/** A table as lines; where it is wider than a terminal, in the first form that fits: headings wrapped, settings told above, cells wrapped, a block a row. */
export function layTable(table: TextTable, columns?: number): string {
  const whole = draw(table);
  if (columns === undefined || widthOf(whole) <= columns) return whole;
  const slim = wrapCells(table, columns, 'headings');
  if (slim) return draw(slim);
  const { told, rest } = liftSettings(table);
  const wrapped = breakings
    .map((breaking) => wrapCells(rest, columns, breaking))
    .find((form) => form !== undefined);
  const body = wrapped ? draw(wrapped) : drawRecords(rest, columns);
  return [...(told === undefined ? [] : [wrapText(told, columns), '']), body].join('\n');
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
