import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { MissingCell } from '../../report/bench-file.ts';
import type { CellComparison, Comparison, LatencyCell } from '../../report/compare.ts';
import { verdictTexts } from '../../report/compare-report.ts';
import { formatChange, formatMs } from '../../report/format.ts';
import type { JudgedCase } from '../judged-case.ts';

function namesOf({ device, model, precision, batch }: LatencyCell) {
  return { group: device, name: `${model} ${precision} batch ${batch}` };
}

function reasonOf({ before, after, change, noise, verdict, remarks }: CellComparison): string {
  const latencies = `${formatMs(before.latencyMs)} ms → ${formatMs(after.latencyMs)} ms`;
  if (verdict === 'unjudged')
    return [`${verdictTexts[verdict]}: ${latencies}`, ...remarks].join('; ');
  const figures = `${formatChange(change)}, noise ±${formatPercent(noise)}`;
  return [`${verdictTexts[verdict]}: ${latencies} (${figures})`, ...remarks].join('; ');
}

function skippedCase(cell: LatencyCell, path: string): JudgedCase {
  const reason = `only in ${path}`;
  return { ...namesOf(cell), verdict: 'skipped', reason, diagnostics: [], place: { path } };
}

function missingCases(name: string, holes: readonly MissingCell[]): readonly JudgedCase[] {
  return holes.flatMap(({ model, precision, gpu, batches, state, why }) =>
    batches.map((batch): JudgedCase => {
      const reason = `no figure in ${name}: ${state}, ${why}`;
      const names = { group: gpu, name: `${model} ${precision} batch ${batch}` };
      return { ...names, verdict: 'skipped', reason, diagnostics: [], place: { path: name } };
    }),
  );
}

function verdictOf({ verdict }: CellComparison): JudgedCase['verdict'] {
  if (verdict === 'unjudged') return 'skipped';
  return verdict === 'slower' ? 'failed' : 'passed';
}

/** A case for each latency; skipped are those of one side only, those that nothing may be judged by, and holes of a plan. */
export function compareCases(
  { before, after, cells, onlyBefore, onlyAfter, missing = [] }: Comparison,
  regression: Diagnostic | undefined,
): readonly JudgedCase[] {
  const place = { path: after };
  const compared = cells.map((cell): JudgedCase => {
    const isSlower = cell.verdict === 'slower';
    return {
      ...namesOf(cell.after),
      verdict: verdictOf(cell),
      reason: reasonOf(cell),
      diagnostics: isSlower && regression ? [regression] : [],
      place,
      timeMs: cell.after.latencyMs,
    };
  });
  return [
    ...compared,
    ...onlyBefore.map((cell) => skippedCase(cell, before)),
    ...onlyAfter.map((cell) => skippedCase(cell, after)),
    ...missing.flatMap(({ name, cells: holes }) => missingCases(name, holes)),
  ];
}
