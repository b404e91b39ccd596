import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { CellComparison, Comparison, LatencyCell } from '../../report/compare.ts';
import { verdictTexts } from '../../report/compare-report.ts';
import { formatChange, formatMs } from '../../report/format.ts';
import type { JudgedCase } from '../judged-case.ts';

function namesOf({ device, model, precision, batch }: LatencyCell) {
  return { group: device, name: `${model} ${precision} batch ${batch}` };
}

function reasonOf({ before, after, change, noise, verdict, remarks }: CellComparison): string {
  const latencies = `${formatMs(before.latencyMs)} ms → ${formatMs(after.latencyMs)} ms`;
  const figures = `${formatChange(change)}, noise ±${formatPercent(noise)}`;
  return [`${verdictTexts[verdict]}: ${latencies} (${figures})`, ...remarks].join('; ');
}

function skippedCase(cell: LatencyCell, path: string): JudgedCase {
  const reason = `only in ${path}`;
  return { ...namesOf(cell), verdict: 'skipped', reason, diagnostics: [], place: { path } };
}

/** A case for each latency; those of one side only are skipped. */
export function compareCases(
  { before, after, cells, onlyBefore, onlyAfter }: Comparison,
  regression: Diagnostic | undefined,
): readonly JudgedCase[] {
  const place = { path: after };
  const compared = cells.map((cell): JudgedCase => {
    const isSlower = cell.verdict === 'slower';
    return {
      ...namesOf(cell.after),
      verdict: isSlower ? 'failed' : 'passed',
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
  ];
}
