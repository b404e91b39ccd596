import { groupBy } from '../collections/group-by.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { formatPercent } from '../diagnostics/format-percent.ts';
import type { MissingCell } from './bench-file.ts';
import type { CellComparison, Comparison, LatencyCell, Verdict } from './compare.ts';
import { formatChange, formatMs } from './format.ts';
import { numberCell, type Table, tableToMarkdown, textCell } from './table.ts';
import { targetCell, targetTitle } from './target-title.ts';
import { speedUp } from './verdict/speed-up.ts';
import { speedPhrase } from './verdict/speed-words.ts';

const verdicts: Readonly<
  Record<Verdict, { readonly text: string; readonly tone?: 'good' | 'bad' | 'quiet' }>
> = {
  slower: { text: 'slower', tone: 'bad' },
  faster: { text: 'faster', tone: 'good' },
  noise: { text: 'within the noise', tone: 'quiet' },
  same: { text: 'same', tone: 'quiet' },
  unjudged: { text: 'not judged', tone: 'quiet' },
};

/** A verdict in words. */
export const verdictTexts: Readonly<Record<Verdict, string>> = {
  slower: verdicts.slower.text,
  faster: verdicts.faster.text,
  noise: verdicts.noise.text,
  same: verdicts.same.text,
  unjudged: verdicts.unjudged.text,
};

/** Names a cell by what tells it from the others: by its engine too, where there are several. */
type CellNames = (cell: LatencyCell) => string;

function severalTargets({ cells, onlyBefore, onlyAfter }: Comparison): boolean {
  const all = [...cells.map(({ after }) => after), ...onlyBefore, ...onlyAfter];
  return new Set(all.map(({ target }) => target)).size > 1;
}

function cellNames(comparison: Comparison): CellNames {
  const withTarget = severalTargets(comparison);
  return ({ model, precision, batch, device, target }) =>
    `${model} ${precision} batch ${batch} on ${device}${withTarget ? ` by ${targetTitle(target)}` : ''}`;
}

const isJudged = ({ verdict }: CellComparison): boolean => verdict !== 'unjudged';

const order: readonly Verdict[] = ['slower', 'faster', 'noise', 'same', 'unjudged'];

function worstFirst(a: CellComparison, b: CellComparison): number {
  return (
    order.indexOf(a.verdict) - order.indexOf(b.verdict) || Math.abs(b.change) - Math.abs(a.change)
  );
}

/** The cells of a comparison, regressions first. */
export function comparisonTable(comparison: Comparison): Table {
  const { before, after, threshold, cells } = comparison;
  const withTarget = severalTargets(comparison);
  const right = { align: 'right' } as const;
  return {
    id: 'comparison',
    title: `${before} → ${after}`,
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'device', label: 'Device', align: 'left' },
      ...(withTarget ? [{ id: 'target', label: 'Engine', align: 'left' } as const] : []),
      { id: 'precision', label: 'Precision', align: 'left' },
      { id: 'batch', label: 'Batch', ...right },
      { id: 'before', label: 'before, ms', ...right },
      { id: 'after', label: 'after, ms', ...right },
      { id: 'change', label: 'change', ...right },
      { id: 'noise', label: 'noise', ...right },
      { id: 'verdict', label: 'verdict', align: 'left' },
    ],
    rows: cells.toSorted(worstFirst).map((cell) => {
      const { text, ...tone } = verdicts[cell.verdict];
      const note = cell.remarks.join('; ');
      return {
        model: cell.after.model,
        cells: [
          textCell(cell.after.model),
          textCell(cell.after.device),
          ...(withTarget ? [targetCell(cell.after.target)] : []),
          textCell(cell.after.precision.toUpperCase()),
          numberCell(cell.after.batch, String),
          numberCell(cell.before.latencyMs, formatMs),
          numberCell(cell.after.latencyMs, formatMs),
          numberCell(isJudged(cell) ? cell.change : null, formatChange),
          numberCell(isJudged(cell) ? cell.noise : null, (share) => `±${formatPercent(share)}`),
          textCell(text, { ...tone, ...(note ? { note } : {}) }),
        ],
      };
    }),
    notes: [
      `Medians. A cell counts as changed beyond ${formatPercent(threshold)} and beyond the noise: half of the range from the fastest run to p90, of both sides together.`,
    ],
  };
}

function missingLine(
  name: string,
  cells: readonly LatencyCell[],
  cellName: CellNames,
): readonly string[] {
  if (cells.length === 0) return [];
  const shown = cells.slice(0, 8).map(cellName).join('; ');
  const more = cells.length > 8 ? `; and ${cells.length - 8} more` : '';
  return [`Only in ${name}: ${shown}${more}.`];
}

/** So many holes are named. */
const namedHoles = 8;

function holesLine({ name, cells }: { name: string; cells: readonly MissingCell[] }): string {
  const shown = cells
    .slice(0, namedHoles)
    .map(
      ({ model, precision, batches, gpu, state, why }) =>
        `${model} ${precision} batch ${batches.join(', ')} on ${gpu} (${state}: ${why})`,
    );
  const more = cells.length > namedHoles ? `; and ${cells.length - namedHoles} more` : '';
  return `No figure in ${name}: ${shown.join('; ')}${more}.`;
}

function summaryLine({ cells: all, threshold }: Comparison): string {
  const cells = all.filter(isJudged);
  const doubtful = all.length - cells.length;
  if (cells.length === 0)
    return `**Nothing was judged**: ${doubtful} cells in common, none trusted.`;
  const count = (verdict: Verdict): number =>
    cells.filter((cell) => cell.verdict === verdict).length;
  const slower = count('slower');
  const head =
    slower > 0
      ? `**${slower} of ${cells.length} cells slower** by more than ${formatPercent(threshold)}`
      : `**No regression** in ${cells.length} cells`;
  return `${head}; ${count('faster')} faster, ${count('noise')} within the noise, ${count('same')} the same${doubtful > 0 ? `; ${doubtful} not judged` : ''}.`;
}

/** So many changes are told in sentences. */
const toldChanges = 8;

/** `resnet50 fp16 batch 4 on Tesla T4 is 1.80 ± 0.05 × faster than before.` */
function changeSentence({ before, after }: CellComparison, cellName: CellNames): string {
  return `- ${cellName(after)} is ${speedPhrase(speedUp(before, after), 'before')}.`;
}

/** Cells that changed, the worst first, as sentences with the spread of each ratio. */
function changesText(comparison: Comparison): readonly string[] {
  const cellName = cellNames(comparison);
  const changed = comparison.cells
    .filter(({ verdict }) => verdict === 'slower' || verdict === 'faster')
    .toSorted(worstFirst);
  const told = changed.slice(0, toldChanges).map((cell) => changeSentence(cell, cellName));
  const more = changed.length - told.length;
  return told.length === 0
    ? []
    : [[...told, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')];
}

/** What is said of a comparison beside its table; the summary and the changes have Markdown's marks. */
export interface ComparisonWords {
  readonly title: string;
  readonly summary: string;
  /** Cells that changed, as sentences, the worst first. */
  readonly changes: readonly string[];
  /** Cells that only one side has, and what is missing. */
  readonly missing: readonly string[];
}

export function comparisonWords(comparison: Comparison): ComparisonWords {
  const { before, after, onlyBefore, onlyAfter, missing = [] } = comparison;
  const names = cellNames(comparison);
  return {
    title: `Latency: ${before} → ${after}`,
    summary: summaryLine(comparison),
    changes: changesText(comparison),
    missing: [
      ...missingLine(before, onlyBefore, names),
      ...missingLine(after, onlyAfter, names),
      ...missing.map(holesLine),
    ],
  };
}

/** A comparison for a pull request. */
export function comparisonToMarkdown(comparison: Comparison): string {
  const { title, summary, changes, missing } = comparisonWords(comparison);
  const table = tableToMarkdown(comparisonTable(comparison)).trimEnd();
  return `${[`## ${title}`, summary, ...changes, table, ...missing].join('\n\n')}\n`;
}

/** The diagnostic `latency-regression` where a cell got slower; its exit kind makes `rcc compare` end with 1. */
export function regressionOf(comparison: Comparison): Diagnostic | undefined {
  const { cells, threshold } = comparison;
  const slower = cells.filter(({ verdict }) => verdict === 'slower').toSorted(worstFirst);
  const [worst] = slower;
  if (!worst) return undefined;
  return createDiagnostic('latency-regression', {
    count: slower.length,
    worst: `${cellNames(comparison)(worst.after)} by ${formatChange(worst.change)}`,
    threshold: formatPercent(threshold),
  });
}

/** `3 are unstable`, … of cells that were not judged: by the graver side. */
function doubtsOf(cells: readonly CellComparison[]): readonly string[] {
  const kinds = groupBy(cells, ({ before, after }) =>
    [before.doubtKind, after.doubtKind].includes("a stand-in's") ? "a stand-in's" : 'unstable',
  );
  return [...kinds].map(
    ([kind, own]) => `${own.length} ${own.length === 1 ? 'is' : 'are'} ${kind}`,
  );
}

function holesDiagnostic({ name, cells }: { name: string; cells: readonly MissingCell[] }) {
  const batches = cells.flatMap(({ state, batches: own }) => own.map(() => state));
  const states = [...groupBy(batches, (state) => state)].map(
    ([state, own]) => `${state}: ${own.length}`,
  );
  return createDiagnostic('cells-missing', { count: batches.length, path: name, states });
}

/** What a comparison could not judge: nothing of it passes in silence. Where no cell at all was judged it is an error. */
export function unjudgedOf({ cells, missing = [] }: Comparison): readonly Diagnostic[] {
  const doubtful = cells.filter((cell) => !isJudged(cell));
  const holes = missing.map(holesDiagnostic);
  if (doubtful.length === 0) return holes;
  const [count, total, reasons] = [doubtful.length, cells.length, doubtsOf(doubtful)];
  const told =
    count === total
      ? createDiagnostic('nothing-judged', { count, reasons })
      : createDiagnostic('cells-not-judged', { count, total, reasons });
  return [told, ...holes];
}
