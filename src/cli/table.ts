import Table from 'cli-table3';
import { append } from '../collections/append.ts';
import { greatest } from '../collections/extremes.ts';
import { displayWidth, wrapLine, wrapText } from '../diagnostics/wrap.ts';
import { benchTables, type MeasuredRow } from '../report/bench-tables.ts';
import { columnName, type Table as Figures, noFigure } from '../report/table.ts';
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
  /** Headings of columns that may be left out where all of them do not fit, the least needed first. */
  readonly spare: readonly string[];
  /** Headings of settings, which are told above it even where it has one row. */
  readonly settings: readonly string[];
}

export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[],
  spare: readonly string[] = [],
): TextTable {
  return { kind: 'table', head, rows, align, margin: 0, spare, settings: [] };
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

/** Whether no row has a figure. */
const isEmpty = (cells: readonly string[]): boolean =>
  cells.every((cell) => cell === noFigure.text);

interface Lifted {
  /** Undefined where there is nothing to tell. */
  readonly told: string | undefined;
  readonly rest: TextTable;
}

/** A setting that is the same in every row is told once, above; the first column names the rows. */
function liftSettings(table: TextTable): Lifted {
  const { head, rows, align, margin } = table;
  const indices = [...head.keys()];
  const isBare = (index: number): boolean => index > 0 && isEmpty(columnOf(table, index));
  const isLifted = (index: number): boolean =>
    isBare(index) ||
    (index > 0 &&
      (rows.length > 1 || table.settings.includes(head[index] ?? '')) &&
      isSetting(columnOf(table, index), align[index]));
  const bare = indices.filter(isBare).map((index) => head[index]);
  const settings = indices.flatMap((index) => {
    const [value = ''] = isLifted(index) && !isBare(index) ? columnOf(table, index) : [];
    return value === '' ? [] : [`${head[index] || 'all'}: ${value}`];
  });
  const told = [
    ...(settings.length > 0 ? [settings.join(', ')] : []),
    ...(bare.length > 0 ? [`no figures: ${bare.join(', ')}`] : []),
  ];
  const rest = pick(
    table,
    indices.filter((index) => !isLifted(index)),
  );
  const lines = told.map((line) => ' '.repeat(margin) + line);
  return { told: lines.length > 0 ? lines.join('\n') : undefined, rest };
}

/** Lines of a cell that still read as a row. */
const tallestCell = 4;

/** Between a figure and its unit nothing is broken. */
const unit = /(?<=\d) (?!to |\(|\d)/g;
const glue = '\u00a0';
const glued = (cell: string): string => cell.replaceAll(unit, glue);

/** Of a heading every word stands alone, of a cell a figure with its unit. */
const widestWord = (text: string): number => greatest([0, ...text.split(' ').map(displayWidth)]);

/** What may be broken at spaces, from the least to the most. */
const breakings = ['headings', 'texts', 'figures'] as const;
type Breaking = (typeof breakings)[number];

/** The narrowest that a column can be. */
function leastWidth(table: TextTable, index: number, breaking: Breaking): number {
  const isBroken =
    breaking === 'figures' || (breaking === 'texts' && table.align[index] === 'left');
  const body = columnOf(table, index)
    .map(glued)
    .map(isBroken ? widestWord : displayWidth);
  return greatest([widestWord(table.head[index] ?? ''), ...body]);
}

/** The widest that it is made: where texts are broken, headings are before them. */
function wholeWidth(table: TextTable, index: number, breaking: Breaking): number {
  const heading = table.head[index] ?? '';
  const headWidth = breaking === 'headings' ? displayWidth(heading) : widestWord(heading);
  return greatest([headWidth, ...columnOf(table, index).map(displayWidth)]);
}

/** The widths of columns that fit, the widest ones narrowed first; undefined where nothing fits. */
function widthsFor(table: TextTable, columns: number, breaking: Breaking) {
  const indices = [...table.head.keys()];
  const least = indices.map((index) => leastWidth(table, index, breaking));
  const whole = indices.map((index) => wholeWidth(table, index, breaking));
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
    wrapLine(cell, widths[index] ?? columns, 0)
      .join('\n')
      .replaceAll(glue, ' ');
  const rows = table.rows.map((row) => row.map(glued).map(wrapCell));
  const isTall = rows.some((row) => row.some((cell) => cell.split('\n').length > tallestCell));
  return isTall ? undefined : { ...table, head: table.head.map(wrapCell), rows };
}

/** A row as a block: its name, and below it what the headings say of it. */
function drawRecords({ head, rows, margin }: TextTable, columns: number): string {
  const before = ' '.repeat(margin);
  // A number says nothing without its heading.
  const titleOf = (name: string): string => (/^\d+$/.test(name) ? `${head[0]} ${name}` : name);
  return rows
    .map(([name = '', ...cells]) => {
      const facts = cells.flatMap((cell, index) =>
        cell === '' ? [] : [[head[index + 1], glued(cell)].filter(Boolean).join(`:${glue}`)],
      );
      const isLong = facts.some((fact) => displayWidth(fact) > columns / 2);
      const lines = isLong ? facts : [facts.join('; ')];
      const shown = [`${before}${titleOf(name)}`, ...lines.map((line) => `${before}  ${line}`)];
      return shown.map((line) => wrapText(line, columns).replaceAll(glue, ' ')).join('\n');
    })
    .join('\n');
}

/** A form of a table that fits, and what stands above and below it. */
interface Form {
  readonly lines: string;
  readonly left?: readonly string[];
}

/** The first form that fits: headings over several lines, and as many spare columns left out as need be; then cells over several lines. */
function slimForm(table: TextTable, columns: number): Form | undefined {
  const spare = table.spare.filter((heading) => table.head.includes(heading));
  const without = (left: readonly string[]): TextTable => {
    const kept = [...table.head.keys()].filter((index) => !left.includes(table.head[index] ?? ''));
    return pick(table, kept);
  };
  const tried = (left: readonly string[], breaking: Breaking): Form | undefined => {
    const wrapped = wrapCells(without(left), columns, breaking);
    return wrapped && { lines: draw(wrapped), left };
  };
  const shorter = [...spare.keys(), spare.length].map((count) => spare.slice(0, count));
  const forms = breakings.flatMap((breaking) => shorter.map((left) => [left, breaking] as const));
  for (const [left, breaking] of forms) {
    const form = tried(left, breaking);
    if (form) return form;
  }
  return undefined;
}

/** A table as lines; where it is wider than a terminal, in the first form that fits: headings wrapped, settings told above, spare columns left out, cells wrapped, a block a row. */
export function layTable(table: TextTable, columns?: number): string {
  const whole = draw(table);
  if (columns === undefined || widthOf(whole) <= columns) return whole;
  const slim = wrapCells(table, columns, 'headings');
  if (slim) return draw(slim);
  const { told, rest } = liftSettings(table);
  const { lines, left = [] } = slimForm(rest, columns) ?? { lines: drawRecords(rest, columns) };
  const note = `Not shown in ${columns} columns: ${left.join(', ')}. --json has all.`;
  return [
    ...(told === undefined ? [] : [wrapText(told, columns), '']),
    lines,
    ...(left.length === 0 ? [] : ['', wrapText(note, columns, 0)]),
  ].join('\n');
}

/** Sentences of their own: on a terminal each is a paragraph, so that it looks the same whatever stands beside it. */
function remarks(notes: readonly string[]): Text {
  const terminal = notes.flatMap((note, index) => (index === 0 ? [note] : ['', note]));
  return { kind: 'by-place', terminal, elsewhere: notes.join('\n') };
}

/** A table of figures with its remarks below. */
export function formatFigures(
  { columns, rows, notes }: Figures,
  spare: readonly string[] = [],
): Text {
  const table = formatTable(
    columns.map(columnName),
    rows.map(({ cells }) => cells.map(({ text, note }) => (note ? `${text} (${note})` : text))),
    columns.map(({ align }) => align),
    spare,
  );
  const settings = columns.filter(({ tellsRow }) => tellsRow).map(columnName);
  return [{ ...table, settings }, ...(notes.length > 0 ? ['', remarks(notes)] : [])];
}

/** What a timing can do without where a window is narrow, the least needed first. */
const spareFigures: readonly string[] = [
  'floats in',
  'threads',
  'enqueue ms',
  'D2H ms',
  'H2D ms',
  'p90 ms',
  'GPU compute ms',
  'p99 ms',
];

/** Timings as tables, each below its title where there are several. */
export function formatMeasurements(rows: readonly MeasuredRow[]): Text {
  const tables = benchTables(rows);
  return tables.flatMap((table, index) => [
    ...(index > 0 ? [''] : []),
    ...(tables.length > 1 ? [table.title] : []),
    formatFigures(table, spareFigures),
  ]);
}
