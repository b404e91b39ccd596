import { formatPercent } from '../diagnostics/format-percent.ts';
import { formatMs, formatRate } from '../report/format.ts';
import { numberCell, type Table, textCell } from '../report/table.ts';
import type { BudgetRow, EstimateRow } from './budget.ts';
import type { Estimate } from './estimate.ts';

function bandText([low, high]: Estimate['bandMs']): string {
  return `${formatMs(low)} to ${formatMs(high)}`;
}

function kindOf({ extrapolated }: Estimate): 'estimated' | 'extrapolated' {
  return extrapolated.length > 0 ? 'extrapolated' : 'estimated';
}

/** Stands before an estimate whose cells no published figure was fitted to. */
const markOf = (estimate: Estimate): string => (kindOf(estimate) === 'extrapolated' ? '~' : '');

const bandSentences = {
  estimated: 'The band holds 90 % of published latencies that were left out of the fit.',
  extrapolated:
    'The band of an extrapolated figure is as wide as the worst miss when such cells were left out of the fit.',
} as const;

const meaning =
  'Estimated is what the published page would have measured, not GPU compute alone; nothing was run.';

/** An estimate in words: the figure with its band, what it means, and why it is extrapolated where it is. */
export function describeEstimate({ model, estimate, publishedMs }: EstimateRow): readonly string[] {
  const { gpuName, precision, batch, latencyMs, bandMs, extrapolated } = estimate;
  return [
    `${model} on ${gpuName}, ${precision}, batch ${batch}: ${formatMs(latencyMs)} ms ${kindOf(estimate)} (${bandText(bandMs)} ms), ${formatRate(estimate.imagesPerSecond)} images/s.`,
    bandSentences[kindOf(estimate)],
    meaning,
    ...extrapolated.map((sentence) => `Extrapolated: ${sentence}`),
    ...(publishedMs === undefined
      ? []
      : [`Published for this network: ${formatMs(publishedMs)} ms.`]),
  ];
}

/** Where the estimate says the time goes, the slowest kernels first. */
export function kernelTable({ kernels, overheadMs, latencyMs }: Estimate, limit: number): Table {
  const slowest = kernels.toSorted((a, b) => b.totalMs - a.totalMs).slice(0, limit);
  const right = { align: 'right' } as const;
  return {
    id: 'kernels',
    title: 'Estimated time of each kernel',
    columns: [
      { id: 'kernel', label: 'kernel', align: 'left' },
      { id: 'total', label: 'ms', ...right },
      { id: 'share', label: 'share', ...right },
      { id: 'bound', label: 'bound by', align: 'left' },
    ],
    rows: slowest.map(({ name, totalMs, bound }) => ({
      cells: [
        textCell(name),
        numberCell(totalMs, formatMs),
        numberCell(totalMs / latencyMs, formatPercent),
        textCell(bound),
      ],
    })),
    notes: [
      `${kernels.length} kernels; ${formatMs(overheadMs)} ms belong to none of them: the copy of the pictures and a fixed share.`,
    ],
  };
}

const fitsTexts = {
  yes: 'the whole band does',
  likely: 'the estimate does, the end of the band does not',
  unlikely: 'the estimate does not, the start of the band does',
} as const satisfies Record<BudgetRow['fits'], string>;

function noteLines(rows: readonly (EstimateRow | BudgetRow)[]): readonly string[] {
  const kinds = new Set(rows.map(({ estimate }) => kindOf(estimate)));
  const reasons = new Set(rows.flatMap(({ estimate }) => estimate.extrapolated));
  const verdicts = new Set(rows.map((row) => ('fits' in row ? row.fits : undefined)));
  return [
    ...(['estimated', 'extrapolated'] as const)
      .filter((kind) => kinds.has(kind))
      .map((kind) => bandSentences[kind]),
    meaning,
    ...[...reasons].map((sentence) => `~ is extrapolated: ${sentence}`),
    ...(['yes', 'likely', 'unlikely'] as const)
      .filter((fits) => verdicts.has(fits))
      .map((fits) => `Fits, ${fits}: ${fitsTexts[fits]}.`),
  ];
}

/** Estimates side by side; rows of a budget say whether they fit. */
export function estimateTable(title: string, rows: readonly (EstimateRow | BudgetRow)[]): Table {
  const right = { align: 'right' } as const;
  const withTop1 = rows.some(({ top1 }) => top1 !== undefined);
  const withPublished = rows.some(({ publishedMs }) => publishedMs !== undefined);
  const withFits = rows.some((row) => 'fits' in row);
  return {
    id: 'estimates',
    title,
    columns: [
      { id: 'model', label: 'model', align: 'left' },
      ...(withTop1 ? [{ id: 'top1', label: 'top-1', ...right }] : []),
      { id: 'precision', label: 'precision', align: 'left' },
      { id: 'batch', label: 'batch', ...right },
      { id: 'latency', label: 'ms', ...right },
      { id: 'band', label: 'band, ms', ...right },
      { id: 'rate', label: 'images/s', ...right },
      ...(withPublished ? [{ id: 'published', label: 'published, ms', ...right }] : []),
      ...(withFits ? [{ id: 'fits', label: 'fits', align: 'left' } as const] : []),
    ],
    rows: rows.map((row) => {
      const { model, top1, estimate } = row;
      return {
        model,
        cells: [
          textCell(model),
          ...(withTop1 ? [numberCell(top1, formatPercent)] : []),
          textCell(estimate.precision),
          numberCell(estimate.batch, String),
          numberCell(estimate.latencyMs, (ms) => markOf(estimate) + formatMs(ms)),
          textCell(bandText(estimate.bandMs)),
          numberCell(estimate.imagesPerSecond, formatRate),
          ...(withPublished ? [numberCell(row.publishedMs, formatMs)] : []),
          ...('fits' in row ? [textCell(row.fits)] : []),
        ],
      };
    }),
    notes: noteLines(rows),
  };
}
