import type { Graph } from '../../codegen/ir/graph.ts';
import type { Precision } from '../../engines/engine.ts';
import { type Estimate, estimateLatency } from './estimate.ts';

/** A network that might be deployed; `top1` is its accuracy where known, 0…1. */
export interface Candidate {
  readonly model: string;
  readonly graph: Graph;
  readonly top1?: number;
}

export interface EstimatesRequest {
  readonly gpu: string;
  readonly precisions: readonly Precision[];
  readonly batches: readonly number[];
}

export interface EstimateRow {
  readonly model: string;
  readonly top1?: number;
  readonly estimate: Estimate;
  /** What was published for this network, where a step of it was not fitted. */
  readonly publishedMs?: number;
}

export interface BudgetRow extends EstimateRow {
  /** `yes`: the whole band is within the budget; `likely` and `unlikely`: the budget lies inside the band, above or below the estimate. */
  readonly fits: 'yes' | 'likely' | 'unlikely';
}

/** An estimate for every combination of candidate, precision and batch, in this order. */
export function estimateAll(
  candidates: readonly Candidate[],
  { gpu, precisions, batches }: EstimatesRequest,
): readonly EstimateRow[] {
  return candidates.flatMap(({ graph, ...candidate }) =>
    precisions.flatMap((precision) =>
      batches.map((batch) => ({
        ...candidate,
        estimate: estimateLatency(graph, { gpu, precision, batch }),
      })),
    ),
  );
}

function verdict({ latencyMs, bandMs }: Estimate, budgetMs: number): BudgetRow['fits'] | 'no' {
  if (bandMs[1] <= budgetMs) return 'yes';
  if (latencyMs <= budgetMs) return 'likely';
  return bandMs[0] <= budgetMs ? 'unlikely' : 'no';
}

/** The estimates whose batch may take no longer than the budget: the most accurate first, then the most pictures a second. */
export function fitBudget(
  estimates: readonly EstimateRow[],
  budgetMs: number,
): readonly BudgetRow[] {
  const rows = estimates.flatMap((row) => {
    const fits = verdict(row.estimate, budgetMs);
    return fits === 'no' ? [] : [{ ...row, fits }];
  });
  return rows.toSorted(
    (a, b) =>
      (b.top1 ?? 0) - (a.top1 ?? 0) || b.estimate.imagesPerSecond - a.estimate.imagesPerSecond,
  );
}
