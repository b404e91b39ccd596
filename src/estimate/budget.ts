import type { Graph } from '../../codegen/ir/graph.ts';
import type { Precision } from '../../engines/engine.ts';
import { type Estimate, estimateLatency } from './estimate.ts';

/** A network that might be deployed; `top1` is its accuracy where known, 0…1. */
export interface Candidate {
  readonly model: string;
  readonly graph: Graph;
  readonly top1?: number;
}

export interface BudgetRequest {
  readonly gpu: string;
  readonly precisions: readonly Precision[];
  readonly batches: readonly number[];
  readonly budgetMs: number;
}

export interface BudgetRow {
  readonly model: string;
  readonly top1?: number;
  readonly estimate: Estimate;
  /** `yes`: the whole band is within the budget; `likely` and `unlikely`: the budget lies inside the band, above or below the estimate. */
  readonly fits: 'yes' | 'likely' | 'unlikely';
}

function verdict({ latencyMs, bandMs }: Estimate, budgetMs: number): BudgetRow['fits'] | 'no' {
  if (bandMs[1] <= budgetMs) return 'yes';
  if (latencyMs <= budgetMs) return 'likely';
  return bandMs[0] <= budgetMs ? 'unlikely' : 'no';
}

/** The combinations of candidate, precision and batch whose batch may take no longer than the budget: the most accurate first, then the most pictures a second. */
export function fitBudget(
  candidates: readonly Candidate[],
  { gpu, precisions, batches, budgetMs }: BudgetRequest,
): readonly BudgetRow[] {
  const rows = candidates.flatMap(({ model, graph, top1 }) =>
    precisions.flatMap((precision) =>
      batches.flatMap((batch) => {
        const estimate = estimateLatency(graph, { gpu, precision, batch });
        const fits = verdict(estimate, budgetMs);
        if (fits === 'no') return [];
        return [{ model, ...(top1 === undefined ? {} : { top1 }), estimate, fits }];
      }),
    ),
  );
  return rows.toSorted(
    (a, b) =>
      (b.top1 ?? 0) - (a.top1 ?? 0) || b.estimate.imagesPerSecond - a.estimate.imagesPerSecond,
  );
}
