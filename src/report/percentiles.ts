import type { LatencySummary } from '../../engines/engine.ts';
import { hasPercentile } from '../../engines/statistics.ts';

interface Timed {
  readonly latency: Pick<LatencySummary, 'p90Ms' | 'p95Ms' | 'p99Ms'>;
  readonly iterations: number;
}

const keys = { 90: 'p90Ms', 95: 'p95Ms', 99: 'p99Ms' } as const;

/** A percentile of a row's runs; undefined where they are too few to have one. */
export function percentileMs({ latency, iterations }: Timed, p: 90 | 95 | 99): number | undefined {
  return hasPercentile(iterations, p) ? latency[keys[p]] : undefined;
}

/** What stands below a table whose rows lack a percentile. */
export function percentileNotes(rows: readonly Timed[]): readonly string[] {
  return rows.some((row) => percentileMs(row, 99) === undefined)
    ? ['p90 needs 10 runs, p95 20 and p99 100: of fewer it would be the slowest run.']
    : [];
}
