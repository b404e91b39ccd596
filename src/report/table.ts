import type { Precision } from '../../engines/engine.ts';
import { visibleText } from '../diagnostics/printable.ts';

/** A column; columns that follow each other under the same `group` share a heading above theirs. */
export interface Column {
  readonly id: string;
  readonly label: string;
  readonly group?: string;
  readonly align: 'left' | 'right';
  /** Set: the column belongs to this setting, and a picker may hide it. */
  readonly precision?: Precision;
  readonly batch?: number;
  /** Ids of provenance entries that all figures of the column come from. */
  readonly refs?: readonly string[];
}

export interface Cell {
  /** For sorting and CSV: exact, in the column's unit; null where there is no figure. */
  readonly value: number | string | null;
  /** For people. */
  readonly text: string;
  /** Ids of provenance entries of this figure alone. */
  readonly refs?: readonly string[];
  readonly tone?: 'good' | 'bad' | 'quiet';
  /** A remark in words, for this figure. */
  readonly note?: string;
}

export interface Row {
  /** Name of the model the row is about: rows and marks of one model are found by it. */
  readonly model?: string;
  readonly cells: readonly Cell[];
}

/** Figures in rows; the first column is the row's heading. */
export interface Table {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
}

export const noFigure: Cell = { value: null, text: '–', tone: 'quiet' };

export function textCell(text: string, extra: Partial<Cell> = {}): Cell {
  return { value: text, text, ...extra };
}

export function numberCell(
  value: number | null | undefined,
  format: (value: number) => string,
  extra: Partial<Cell> = {},
): Cell {
  return value === null || value === undefined
    ? noFigure
    : { value, text: format(value), ...extra };
}

/** A column's whole name, for forms that have one line of headings. */
export function columnName({ group, label }: Column): string {
  return group ? `${group} ${label}` : label;
}

/** Text of a user as Markdown that stays in its line and cell. */
export function markdownText(text: string): string {
  return visibleText(text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' '));
}

function markdownCell({ text, refs = [], note }: Cell): string {
  const marks = refs.length > 0 ? ` [${refs.join(', ')}]` : '';
  return markdownText(`${text}${marks}${note ? ` (${note})` : ''}`);
}

export function tableToMarkdown({ title, columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    `### ${title}`,
    '',
    line(columns.map((column) => markdownText(columnName(column)))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(({ cells }) => line(cells.map(markdownCell))),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${markdownText(note)}`)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function csvField(value: number | string | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function tableToCsv({ columns, rows }: Table): string {
  const lines = [
    columns.map((column) => csvField(columnName(column))),
    ...rows.map(({ cells }) => cells.map(({ value }) => csvField(value))),
  ];
  return lines.map((fields) => `${fields.join(',')}\r\n`).join('');
}
