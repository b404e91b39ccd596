import { formatLarge, formatMs, formatPercent } from '../report/format.ts';
import { numberCell, type Table, textCell } from '../report/table.ts';
import type { BudgetRow } from './budget.ts';
import type { Estimate } from './estimate.ts';
import { fit } from './fitted.ts';

function bandText([low, high]: Estimate['bandMs']): string {
  return `${formatMs(low)} to ${formatMs(high)}`;
}

/** An estimate in words: the figure with its band, what it means, and why it is extrapolated where it is. */
export function describeEstimate(model: string, estimate: Estimate): readonly string[] {
  const { gpuName, precision, batch, latencyMs, bandMs, extrapolated } = estimate;
  const kind = extrapolated.length > 0 ? 'extrapolated' : 'estimated';
  const band =
    extrapolated.length > 0
      ? 'as wide as the worst miss when such cells were left out of the fit'
      : 'holds 90 % of published latencies that were left out of the fit';
  return [
    `${model} on ${gpuName}, ${precision}, batch ${batch}: ${formatMs(latencyMs)} ms ${kind} (${bandText(bandMs)} ms), ${estimate.imagesPerSecond.toFixed(0)} images/s.`,
    `The band ${band}. It is what the published page would have measured, not GPU compute alone; nothing was run.`,
    ...extrapolated.map((sentence) => `Extrapolated: ${sentence}`),
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

/** What fits into a budget. */
export function budgetTable(rows: readonly BudgetRow[], budgetMs: number): Table {
  const right = { align: 'right' } as const;
  const withTop1 = rows.some(({ top1 }) => top1 !== undefined);
  return {
    id: 'budget',
    title: `Estimated to fit into ${formatMs(budgetMs)} ms a batch`,
    columns: [
      { id: 'model', label: 'model', align: 'left' },
      ...(withTop1 ? [{ id: 'top1', label: 'top-1', ...right }] : []),
      { id: 'precision', label: 'precision', align: 'left' },
      { id: 'batch', label: 'batch', ...right },
      { id: 'latency', label: 'estimate, ms', ...right },
      { id: 'band', label: 'band, ms', ...right },
      { id: 'rate', label: 'images/s', ...right },
      { id: 'fits', label: 'fits', align: 'left' },
      { id: 'extrapolated', label: 'extrapolated', align: 'left' },
    ],
    rows: rows.map(({ model, top1, estimate, fits }) => ({
      model,
      cells: [
        textCell(model),
        ...(withTop1 ? [numberCell(top1, formatPercent)] : []),
        textCell(estimate.precision),
        numberCell(estimate.batch, String),
        numberCell(estimate.latencyMs, formatMs),
        textCell(bandText(estimate.bandMs)),
        numberCell(estimate.imagesPerSecond, (rate) => rate.toFixed(0)),
        textCell(fits),
        textCell(estimate.extrapolated.length > 0 ? 'yes' : ''),
      ],
    })),
    notes: [
      `Fitted to networks of ${formatLarge(fit.macs[0])} to ${formatLarge(fit.macs[1])} MACs. fits: yes: the whole band does; likely, unlikely: the budget lies inside the band.`,
    ],
  };
}
