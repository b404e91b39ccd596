import { shellText } from '../../../../engines/command-text.ts';
import { greatest } from '../../../collections/extremes.ts';
import { groupBy } from '../../../collections/group-by.ts';
import { createDiagnostic, type Diagnostic } from '../../../diagnostics/diagnostic.ts';
import { nameOfCell } from '../../../farm/cell.ts';
import { type CellState, cellStates } from '../../../farm/cell-state.ts';
import { attemptFolder } from '../../../farm/farm-files.ts';
import { isUnfinished, nextStep } from '../../../farm/next-step.ts';
import type { CellStatus } from '../../../farm/read-status.ts';
import { formatTable, type TextTable } from '../../table.ts';

/** Cells of one state that are listed by name. */
const mostListed = 20;

const counted = (count: number): string => `${count} ${count === 1 ? 'cell' : 'cells'}`;

/** `40 done, 2 running, 30 queued`. */
export function countsText(cells: readonly CellStatus[]): string {
  const groups = groupBy(cells, ({ state }) => state);
  return cellStates
    .flatMap((state) => (groups.has(state) ? [`${groups.get(state)?.length} ${state}`] : []))
    .join(', ');
}

export function countsOf(cells: readonly CellStatus[]): Readonly<Record<string, number>> {
  const groups = groupBy(cells, ({ state }) => state);
  return Object.fromEntries(
    cellStates.flatMap((state) => {
      const count = groups.get(state)?.length ?? 0;
      return count > 0 ? [[state, count]] : [];
    }),
  );
}

/** One line a state and what is done about it. */
export function statesTable(cells: readonly CellStatus[], farm: string): TextTable {
  const rows = cellStates.flatMap((state) => {
    const own = cells.filter((cell) => cell.state === state);
    return [...groupBy(own, (cell) => nextStep(cell, farm) ?? '')].map(([next, same]) => [
      state,
      String(same.length),
      next,
    ]);
  });
  return formatTable(['state', 'cells', 'next'], rows, ['left', 'right', 'left']);
}

/** States that are told cell by cell: of the others there is nothing to say, or too much. */
const told: ReadonlySet<CellState> = new Set([
  'running',
  'lost',
  'timeout',
  'failed',
  'partial',
  'unstable',
]);

function detailOf({ state, cell, attempt, reason, node }: CellStatus, farm: string): string {
  if (state === 'running') return node ? `on ${node}` : '';
  // The beginning of a key and a star: what a shell finds.
  const key = `${cell.key.slice(0, 12)}*`;
  const place = attempt === undefined ? '' : attemptFolder(farm, key, attempt);
  return [place, reason].filter(Boolean).join(': ');
}

/** The cells that something is to be said of. */
export function cellsTable(cells: readonly CellStatus[], farm: string): string {
  const groups = groupBy(
    cells.filter(({ state }) => told.has(state)),
    ({ state }) => state,
  );
  const lines = [...groups.values()].flatMap((own) => {
    const shown = own.slice(0, mostListed);
    const width = greatest(shown.map(({ cell }) => nameOfCell(cell).length));
    const more =
      own.length > shown.length ? [`… and ${own.length - shown.length} more (--json)`] : [];
    return [
      ...shown.map((one) =>
        `${one.state.padEnd(9)} ${nameOfCell(one.cell).padEnd(width)}  ${detailOf(one, farm)}`.trimEnd(),
      ),
      ...more,
    ];
  });
  return lines.join('\n');
}

/** What the exit code is made of: cells that came to nothing, and cells that are not done yet. */
export function verdictsOf(cells: readonly CellStatus[], farm: string): readonly Diagnostic[] {
  const total = cells.length;
  const open = cells.filter(isUnfinished);
  const failed = cells.filter((cell) => cell.state !== 'done' && !isUnfinished(cell));
  const toRun = open.some(({ isOpen }) => isOpen);
  const command = (word: string): string => shellText(['rcc', 'farm', word, farm]);
  return [
    ...(failed.length > 0
      ? [
          createDiagnostic('farm-cells-failed', {
            ...{ count: failed.length, total },
            command: command('retry'),
          }),
        ]
      : []),
    ...(open.length > 0
      ? [
          createDiagnostic('farm-unfinished', {
            ...{ count: open.length, total, toRun },
            command: command(toRun ? 'run' : 'status'),
          }),
        ]
      : []),
  ];
}

/** `farm: 72 cells: 40 done, 32 queued`. */
export function headLine(cells: readonly CellStatus[], farm: string): string {
  return `${farm}: ${counted(cells.length)}: ${countsText(cells) || 'none'}`;
}

/** A cell as --json gives it. */
export function cellData({ cell, held, attempts, ...verdict }: CellStatus, farm: string) {
  const { key, model, precision, gpu, batches, tensorrt, minutes, limitMinutes } = cell;
  const { state, attempt, reason, node } = verdict;
  return {
    ...{ key, model, precision, gpu, tensorrt, batches, minutes, limitMinutes },
    ...{ state, reason, node },
    attempt: attempt === undefined ? undefined : attemptFolder(farm, key, attempt),
    attempts: attempts.map(({ name, state: how }) => ({ name, state: how })),
    tasks: held.map(({ id, on }) => ({ id, on })),
    next: nextStep(verdict, farm),
  };
}
