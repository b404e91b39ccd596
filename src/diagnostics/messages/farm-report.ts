import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printable, printableWhole } from '../printable.ts';

/** What is told of figures that are missing, not to be trusted, or none. */
export const farmReportMessages = {
  'bench-folder-empty': row<{ path: string; names: readonly string[]; command: string }>({
    severity: 'error',
    message: ({ path, names }) =>
      `The folder '${printable(path)}' has none of the files that hold figures: ${listText(names)}.`,
    hint: ({ command }) =>
      `If it is a farm, its results are still to be read: ${printableWhole(command)}`,
    cause:
      'A folder stands for the figures in it: bench.json of a farm or of rcc collect, or timing.json of an artifact.',
    example: 'rcc report farm/',
    cure: 'Collect the farm, or name the bench file itself.',
  }),
  'figures-of-a-stand-in': row<{ count: number; path: string }>({
    severity: 'warning',
    message: ({ count, path }) =>
      `${count} ${count === 1 ? 'figure' : 'figures'} of '${printable(path)}' ${count === 1 ? 'is' : 'are'} a stand-in's: nothing was measured for them.`,
    hint: () => 'They stand apart, marked; never publish them as measurements.',
    cause: 'A program that plays trtexec or nvidia-smi was found where the real one was expected.',
    cure: 'Run the kits where trtexec is NVIDIA’s and the GPU is real.',
  }),
  'cells-not-judged': row<{ count: number; total: number; reasons: readonly string[] }>({
    severity: 'warning',
    message: ({ count, total, reasons }) =>
      `${count} of ${total} cells ${count === 1 ? 'is' : 'are'} not judged: ${listText(reasons)}.`,
    hint: () => 'Neither a regression nor its absence is shown for them.',
    cause: 'Figures that are unstable or a stand-in’s say nothing about what got slower.',
    cure: 'Measure those cells again, on a GPU of their own.',
  }),
  'nothing-judged': row<{ count: number; reasons: readonly string[] }>({
    severity: 'error',
    message: ({ count, reasons }) =>
      `No cell could be judged: of ${count} in common, ${listText(reasons)}.`,
    hint: () => 'This is neither a regression nor the lack of one.',
    cause:
      '`rcc compare` judges by measurements that are trusted. Each pair has a figure that is unstable or a stand-in’s.',
    cure: 'Measure again: stand-in’s figures need a real GPU, unstable ones a GPU of their own.',
  }),
  'cells-missing': row<{ count: number; path: string; states: readonly string[] }>({
    severity: 'warning',
    message: ({ count, path, states }) =>
      `${count} ${count === 1 ? 'batch' : 'batches'} of the plan of '${printable(path)}' ${count === 1 ? 'has' : 'have'} no figure: ${listText(states)}.`,
    hint: () => '`rcc farm status` names the next step of each.',
    cause:
      'A farm’s bench file tells which cells of its plan were not measured, or not to their end.',
    cure: 'Run the farm on, then collect and compare again.',
  }),
} as const;
