import { fail } from '../../diagnostics/diagnostic.ts';
import type { NamedBench } from '../../report/bench-file.ts';
import {
  type Comparison,
  cellsOfBaseline,
  cellsOfBench,
  compareCells,
} from '../../report/compare.ts';
import {
  comparisonTable,
  comparisonToMarkdown,
  comparisonWords,
  regressionOf,
  unjudgedOf,
} from '../../report/compare-report.ts';
import { findBaseline, readFigures } from '../../report/published.ts';
import { compareCases } from '../cases/compare-cases.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompareCommandOptions } from '../commands/compare.ts';
import { formatFigures } from '../table.ts';
import { paragraphs, type Text } from '../text.ts';
import { loadBench } from './load-bench.ts';

async function compareWithPublished(
  bench: NamedBench,
  { against = '', threshold }: CompareCommandOptions,
): Promise<Comparison> {
  const baseline = findBaseline(await readFigures(), against);
  return compareCells(cellsOfBaseline(baseline, bench), cellsOfBench(bench), threshold);
}

/** What a narrow window can do without. */
const spare = ['noise'];

/** A comparison for whoever sits before a terminal. */
function describe(comparison: Comparison): Text {
  const { title, summary, changes, missing } = comparisonWords(comparison);
  const said = [title, summary.replaceAll('**', '')];
  const table = formatFigures(comparisonTable(comparison), spare);
  return paragraphs([said, ...changes, table, ...missing]);
}

/**
 * `rcc compare`: a table on a terminal, in pipes and files Markdown for a pull request. Of two benches the second is judged by the first, a single one by the published figures; published figures
 * beside two benches are shown and not judged by.
 */
export async function compareBenches(
  paths: readonly string[],
  options: CompareCommandOptions,
  _context: CommandContext,
): Promise<CommandResult> {
  const { against, threshold } = options;
  const [first, second] = await Promise.all(paths.map(loadBench));
  const judged = second ?? first;
  if (!judged || (!second && against === undefined)) {
    return fail('command-line', {
      message: 'one bench file has nothing to be compared with: give a second one, or --against',
    });
  }
  const comparisons = [
    ...(first && second
      ? [compareCells(cellsOfBench(first), cellsOfBench(second), threshold)]
      : []),
    ...(against === undefined ? [] : [await compareWithPublished(judged, options)]),
  ];
  const [judging] = comparisons;
  const regression = judging && regressionOf(judging);
  return {
    text: {
      kind: 'by-place',
      terminal: paragraphs(comparisons.map(describe)),
      elsewhere: comparisons.map(comparisonToMarkdown).join('\n').trimEnd(),
    },
    data: comparisons,
    cases: judging ? compareCases(judging, regression) : [],
    diagnostics: [...(regression ? [regression] : []), ...(judging ? unjudgedOf(judging) : [])],
  };
}
