import { row } from '../message-row.ts';
import { printable, printableWhole } from '../printable.ts';

export interface FarmCellCounts {
  readonly count: number;
  readonly total: number;
  /** What to do next, as it is pasted into a shell. */
  readonly command: string;
}

const cellsText = (count: number): string => `${count} ${count === 1 ? 'cell' : 'cells'}`;

export const farmCellMessages = {
  'farm-not-found': row<{ path: string; command: string }>({
    severity: 'error',
    message: ({ path }) => `'${printable(path)}' is no farm: it has no farm.json.`,
    hint: ({ command }) => `Plan one: ${printableWhole(command)}`,
    cause:
      'rcc farm run, status, retry, cancel and collect take the folder that rcc farm plan wrote.',
    example: 'rcc farm status nowhere',
    cure: 'Name the folder of the plan, or plan a farm.',
  }),
  'farm-plan-damaged': row<{ path: string; line: number; reason: string }>({
    severity: 'error',
    message: ({ path, line, reason }) =>
      `'${printable(path)}', line ${line}: ${printable(reason)}.`,
    hint: () => 'Plan again with the same command; attempts and results stay.',
    cause: 'A file of the plan was changed by hand, or written by another version of rcc.',
    cure: 'Plan again into the same folder: cells that are done are known by their keys.',
  }),
  'farm-cell-changed': row<{ cell: string; spec: string }>({
    severity: 'error',
    message: ({ cell, spec }) =>
      `${printable(cell)} is not what was planned: '${printable(spec)}' or its weights have changed since.`,
    hint: () => 'Plan again; what stays the same is not measured twice.',
    cause: 'A kit is made when it is submitted, and its key is not that of the plan.',
    cure: 'Run the same rcc farm plan again, then rcc farm run.',
  }),
  'farm-kit-changed': row<{ cell: string; path: string; reason: string }>({
    severity: 'error',
    message: ({ cell, reason }) => `${printable(cell)} was not submitted. ${printable(reason)}`,
    hint: ({ path }) =>
      `Remove the folder '${printableWhole(path)}' and run again: it is made anew, and attempts stay.`,
    cause:
      'A kit in kits/ of the farm has other files than were packed, or is another one than planned.',
    cure: 'Remove the folder of the kit. The next rcc farm run or retry makes it as it was planned.',
  }),
  'farm-kit-refused': row<{ cell: string; reason: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ cell, reason }) => `${printable(cell)} has no kit: ${printable(reason)}`,
    cause: 'The model was made and judged before it was packed, and something speaks against it.',
    cure: '`rcc pack` with the same spec and precision tells all of it.',
  }),
  'farm-cells-failed': row<FarmCellCounts>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ count, total }) => `${cellsText(count)} of ${total} came to no figure that holds.`,
    hint: ({ command }) => `When the cause is gone: ${printableWhole(command)}`,
    cause:
      'Cells failed, were partial or unstable, or have used up the tries that rcc farm run makes by itself.',
    cure: '`rcc farm status` names each with its reason and what to do.',
  }),
  'farm-unfinished': row<FarmCellCounts & { toRun: boolean }>({
    severity: 'note',
    exit: 'unfinished',
    message: ({ count, total }) =>
      `${cellsText(count)} of ${total} ${count === 1 ? 'is' : 'are'} not done yet.`,
    hint: ({ toRun, command }) =>
      `${toRun ? 'Submit what is not' : 'Look again'}: ${printableWhole(command)}`,
    cause: 'Cells wait, run, were not submitted, or nobody can tell whether they run.',
    cure: 'Wait, or do what the hint says. The exit code is 5, so that a script can tell this from a failure.',
  }),
  'farm-not-submitted': row<FarmCellCounts>({
    severity: 'note',
    exit: 'unfinished',
    message: ({ count, total }) =>
      `${cellsText(count)} of ${total} ${count === 1 ? 'was' : 'were'} not submitted.`,
    hint: ({ command }) =>
      `Nothing is lost. They are submitted, when the cause is gone, by: ${printableWhole(command)}`,
    cause:
      'The scheduler took no tasks or did not answer, or a kit could not be made; the lines above say which.',
    cure: 'Run rcc farm run again: what is submitted is not submitted twice.',
  }),
  'farm-stand-in': row<{ count: number }>({
    severity: 'warning',
    message: ({ count }) =>
      `${cellsText(count)} ${count === 1 ? 'was' : 'were'} timed by the stand-in for trtexec: the figures are invented and no measurements.`,
    cause: 'Tests run kits with a program that takes trtexec’s place and runs on no GPU.',
    cure: 'Never publish them. Run the farm where trtexec is NVIDIA’s.',
  }),
  'farm-builds-assumed': row<{ count: number }>({
    severity: 'note',
    message: ({ count }) =>
      `For ${cellsText(count)} no build was seen on such a GPU yet: each build is taken as 90 s, and a plan made after the first results says more.`,
    cause:
      'How long TensorRT builds depends on the GPU and is told by builds that were made in this farm.',
    cure: 'Plan again after the first cells are done.',
  }),
  'farm-cells-left': row<{ count: number; command: string }>({
    severity: 'note',
    message: ({ count }) =>
      `${cellsText(count)} of the earlier plan ${count === 1 ? 'is' : 'are'} not in this one. Their attempts and results stay.`,
    hint: ({ command }) => `If tasks of them wait: ${printableWhole(command)}`,
    cause: 'rcc farm plan writes the whole plan of its folder anew.',
    cure: 'Name all specs, precisions and GPUs in one plan, or give the other plan a folder of its own.',
  }),
  'farm-waits': row<{ owner: string }>({
    severity: 'note',
    message: ({ owner }) => `Waiting for ${printable(owner)}, which submits to this farm.`,
    cause: 'Two runs that submitted at the same time could hand a cell over twice.',
    cure: 'Wait. The lock of a process that is gone is taken away.',
  }),
} as const;
