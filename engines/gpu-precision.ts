import { type Precision, precisionRow } from '../codegen/precisions.ts';
import { fail } from '../src/diagnostics/diagnostic.ts';

/** Throws DiagnosticError `precision-needs-gpu` where a GPU of these compute capabilities does not compute in the precision. */
export function requireGpuPrecision(
  precision: Precision,
  computeCapabilities: readonly string[],
): void {
  const { computeCapabilities: able } = precisionRow(precision);
  const unable = computeCapabilities.find((capability) => able && !able.includes(capability));
  if (able && unable !== undefined) {
    fail('precision-needs-gpu', { precision, where: `compute capability ${unable}`, able });
  }
}

/** Throws DiagnosticError `precision-needs-gpu` where only GPUs compute in the precision. */
export function requireProcessorPrecision(precision: Precision, where: string): void {
  const { computeCapabilities: able } = precisionRow(precision);
  if (able) fail('precision-needs-gpu', { precision, where, able });
}
