import type {
  BuiltEngine,
  Engine,
  Measurement,
  MeasureRequest,
  Precision,
} from '../../engines/engine.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Accuracy, AuditSummary, BenchFile, LayerProfile } from '../report/bench-file.ts';
import { benchSchemaVersion } from '../report/bench-version.ts';
import { version } from '../version.ts';
import { type CompileListener, runPhase } from './phases.ts';

/** How much is measured for one figure. */
export type TimingLimits = Pick<MeasureRequest, 'warmUpMs' | 'durationMs' | 'minIterations'>;

export interface TimingOptions {
  readonly precision: Precision;
  readonly timedBatches?: readonly number[];
  /** Batch size the model was fixed to; other sizes cannot be timed. */
  readonly batch?: number | 'N';
  /** How long; default: about a second for each figure, which is a first impression. */
  readonly timing?: TimingLimits;
  readonly listener?: CompileListener;
  readonly signal?: AbortSignal;
}

/** About a second for each figure, or a single run where that takes longer: `rcc bench` measures. */
export const firstImpression: TimingLimits = { warmUpMs: 200, durationMs: 800, minIterations: 1 };

function describe(measurements: readonly Measurement[]): string {
  return measurements
    .map(({ batch, latency }) => `batch ${batch}: ${latency.medianMs.toFixed(1)} ms`)
    .join(', ');
}

/** A timing with the model it is of. */
export type ModelMeasurement = Measurement & { readonly model: string };

/** What a bench file may hold. */
export interface BenchContent {
  readonly rows?: readonly ModelMeasurement[];
  readonly profiles?: readonly LayerProfile[];
  readonly audits?: readonly AuditSummary[];
  readonly accuracies?: readonly Accuracy[];
}

/** One warning about the times of a model in one precision that are not to be trusted, with the reasons; none where all are stable. */
export function stabilityWarnings(rows: readonly ModelMeasurement[]): readonly Diagnostic[] {
  const details = rows.flatMap(({ batch, warnings }) =>
    warnings.map((warning) => `batch ${batch}: ${warning}`),
  );
  const [first] = rows;
  if (!first || rows.every(({ stable }) => stable)) return [];
  const { model, precision } = first;
  return [createDiagnostic('timing-unstable', { model, precision }, { details })];
}

/** What was measured and found, as a bench file, which `rcc report` and `rcc compare` read. */
export function benchFileOf(content: BenchContent): BenchFile {
  const { rows = [], profiles = [], audits = [], accuracies = [] } = content;
  return {
    schemaVersion: benchSchemaVersion,
    createdAt: new Date().toISOString(),
    rcc: version,
    rows: rows.map((row) => structuredClone(row)) as BenchFile['rows'],
    profiles: [...profiles],
    audits: [...audits],
    accuracies: [...accuracies],
  };
}

/** Times an engine at each batch size that it takes. */
export async function measureBatches(
  engine: Engine,
  built: BuiltEngine,
  options: TimingOptions,
): Promise<readonly Measurement[]> {
  const { batch = 'N', timedBatches = [], timing = firstImpression } = options;
  const batches = batch === 'N' ? timedBatches : timedBatches.length > 0 ? [batch] : [];
  if (batches.length === 0) return [];
  return await runPhase('timing', options.listener, async () => {
    const measurements: Measurement[] = [];
    for (const size of batches) {
      measurements.push(
        await engine.measure(built.path, options.precision, {
          batch: size,
          ...timing,
          report: (text) => options.listener?.onProgress?.(text),
          ...(options.signal ? { signal: options.signal } : {}),
        }),
      );
    }
    return { value: measurements, detail: describe(measurements) };
  });
}
