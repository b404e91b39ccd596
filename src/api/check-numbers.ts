import type { TimingLimits } from '../../engines/target.ts';
import { largestBatch, timingRows } from '../../engines/timing-rows.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { ModelRequest } from './model-request.ts';

/** How long is measured, as far as a program tells; the rest has its default. */
export type TimingRequest = { readonly [K in keyof TimingLimits]?: TimingLimits[K] | undefined };

interface Bounds {
  readonly least: number;
  readonly most: number;
}

const batchBounds: Bounds = { least: 1, most: largestBatch };

function checkNumber(name: string, value: number, { least, most }: Bounds): readonly Diagnostic[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  const reason = `it takes a whole number from ${least} to ${most}`;
  return [createDiagnostic('option-value', { flag: name, text: String(value), reason })];
}

function throwAny(mistakes: readonly Diagnostic[]): void {
  if (mistakes.length > 0) throw new DiagnosticError(mistakes);
}

/** Throws DiagnosticError with every number of a request that cannot be. */
export function checkNumbers({ batch = 'N', batches = [], seed = 0 }: ModelRequest): void {
  throwAny([
    ...(batch === 'N' ? [] : checkNumber('batch', batch, batchBounds)),
    ...batches.flatMap((size) => checkNumber('batches', size, batchBounds)),
    ...checkNumber('seed', seed, { least: 0, most: 2 ** 31 - 1 }),
  ]);
}

/** A program's limits, checked, with the defaults filled in. Throws DiagnosticError with every one that cannot be. */
export function timingLimits(request: TimingRequest, usual: TimingLimits): TimingLimits {
  const { warmUpMs = usual.warmUpMs, durationMs = usual.durationMs } = request;
  const { minIterations = usual.minIterations } = request;
  const limits: TimingLimits = { warmUpMs, durationMs, minIterations };
  throwAny(
    timingRows.flatMap((row) => {
      const key = row.key === 'iterations' ? 'minIterations' : row.key;
      return checkNumber(`timing.${key}`, limits[key], row);
    }),
  );
  return limits;
}
