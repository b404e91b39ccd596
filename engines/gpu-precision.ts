import { type Precision, precisionRow } from '../codegen/precisions.ts';
import { fail } from '../src/diagnostics/diagnostic.ts';

/** Whether GPUs of a compute capability compute in a precision that is made for GPUs; undefined: it is made for any processor. */
export function isGpuPrecision(precision: Precision, computeCapability: string) {
  const { leastComputeCapability: least } = precisionRow(precision);
  return least === undefined ? undefined : Number(computeCapability) >= Number(least);
}

/** Throws DiagnosticError `precision-needs-gpu` where a GPU of these compute capabilities does not compute in the precision. */
export function requireGpuPrecision(
  precision: Precision,
  computeCapabilities: readonly string[],
): void {
  const unable = computeCapabilities.find((each) => isGpuPrecision(precision, each) === false);
  if (unable !== undefined) {
    requireProcessorPrecision(precision, `compute capability ${unable}`);
  }
}

/** Throws DiagnosticError `precision-needs-gpu` where only GPUs compute in the precision. */
export function requireProcessorPrecision(precision: Precision, where: string): void {
  const { leastComputeCapability: least } = precisionRow(precision);
  if (least !== undefined) fail('precision-needs-gpu', { precision, where, least });
}
