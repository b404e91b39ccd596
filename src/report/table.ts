import { visibleText } from '../diagnostics/printable.ts';
import type { Setting } from './setting.ts';

/** A column, of a setting where its figures are; columns that follow each other under the same `group` share a heading above theirs. */
export interface Column extends Setting {
  readonly id: string;
  readonly label: string;
  readonly group?: string;
  readonly align: 'left' | 'right';
  /** It tells with the first column which row it is; where the screen is narrow it stands below the row's heading. */
  readonly tellsRow?: true;
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

/** Its model is the one that the row is about: rows and marks of one model are found by it. */
export interface Row extends Setting {
  readonly cells: readonly Cell[];
}

/** Figures in rows; the first column is the row's heading. A column whose id is a setting's name says it of each row. */
export interface Table extends Setting {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
}

/** Tables without the notes that stand below every one of them, and these notes, to be told once. */
export function withSharedNotes(tables: readonly Table[]): {
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
} {
  const [first, ...others] = tables;
  if (!first || others.length === 0) return { tables, notes: [] };
  const shared = first.notes.filter((note) => others.every(({ notes }) => notes.includes(note)));
  const own = tables.map((table) => ({
    ...table,
    notes: table.notes.filter((note) => !shared.includes(note)),
  }));
  return { tables: own, notes: shared };
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

export function notesToMarkdown(notes: readonly string[]): string {
  return notes.map((note) => `- ${markdownText(note)}`).join('\n');
}

export function tableToMarkdown({ title, columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    `### ${title}`,
    '',
    line(columns.map((column) => markdownText(columnName(column)))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(({ cells }) => line(cells.map(markdownCell))),
    ...(notes.length > 0 ? ['', notesToMarkdown(notes)] : []),
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
