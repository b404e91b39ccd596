import type { BenchRow, RowSpread } from '../bench-file.ts';
import { formatMs } from '../format.ts';
import { type Cell, type Column, noFigure, numberCell, textCell } from '../table.ts';
import type { Measured } from './measured.ts';

/** Columns that tables of rows have only where the rows tell such things. */
export interface RowColumns {
  readonly columns: readonly Column[];
  cells(row: BenchRow): readonly Cell[];
}

/** Nothing to tell. */
export const noColumns: RowColumns = { columns: [], cells: () => [] };
const tones = { done: 'good', partial: undefined, unstable: 'bad' } as const;

function stateCell(row: BenchRow): Cell {
  const { state, warnings } = row;
  if (!state) return noFigure;
  const tone = tones[state];
  const notes = {
    done: undefined,
    partial: 'other batches are missing',
    unstable: warnings[0],
  };
  const note = notes[state];
  return textCell(state, { ...(tone ? { tone } : {}), ...(note ? { note } : {}) });
}

const stateColumns: RowColumns = {
  columns: [{ id: 'state', label: 'State', align: 'left' }],
  cells: (row) => [stateCell(row)],
};

const group = 'Medians of all attempts';
const spreadColumns: RowColumns = {
  columns: [
    { id: 'spread-min', label: 'lowest, ms', group, align: 'right' },
    { id: 'spread-max', label: 'highest, ms', group, align: 'right' },
    { id: 'attempts', label: 'attempts', group, align: 'right' },
    { id: 'nodes', label: 'nodes', group, align: 'right' },
  ],
  cells: ({ spread }) => [
    numberCell(spread?.minMs, formatMs),
    numberCell(spread?.maxMs, formatMs),
    numberCell(spread?.attempts, String),
    numberCell(spread?.nodes, String),
  ],
};

/** State and spread of rows, where any row has them. */
export function judgedColumns(items: readonly Measured[]): RowColumns {
  const shown = [
    items.some(({ row }) => row.state !== undefined) ? stateColumns : noColumns,
    items.some(({ row }) => row.spread !== undefined) ? spreadColumns : noColumns,
  ];
  return {
    columns: shown.flatMap(({ columns }) => columns),
    cells: (row) => shown.flatMap(({ cells }) => cells(row)),
  };
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `3 attempts on 2 nodes: 1.20 to 1.31 ms`; undefined where there was one attempt only. */
export function spreadText(spread: RowSpread | undefined): string | undefined {
  if (!spread || spread.attempts < 2) return undefined;
  const { attempts, nodes, minMs, maxMs } = spread;
  const range = `${formatMs(minMs)} to ${formatMs(maxMs)} ms`;
  return `${attempts} attempts on ${counted(nodes, 'node')}: ${range}`;
}
