import Table from 'cli-table3';
import { append } from '../collections/append.ts';
import { benchTables, type MeasuredRow } from '../report/bench-tables.ts';
import { columnName, type Table as Figures } from '../report/table.ts';

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

/** Columns without rules, aligned, a header line first: readable in a terminal and in a log. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('left' | 'right')[],
): string {
  const table = new Table({
    chars: plain,
    colAligns: [...align],
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  append(table, [[...head], ...rows.map((row) => [...row])]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A table of figures with its remarks below. */
export function formatFigures({ columns, rows, notes }: Figures): string {
  const table = formatTable(
    columns.map(columnName),
    rows.map(({ cells }) => cells.map(({ text }) => text)),
    columns.map(({ align }) => align),
  );
  return [table, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

/** Timings as tables, each below its title where there are several. */
export function formatMeasurements(rows: readonly MeasuredRow[]): string {
  const tables = benchTables(rows);
  return tables
    .map((table) => [...(tables.length > 1 ? [table.title] : []), formatFigures(table)].join('\n'))
    .join('\n\n');
}
