import type { Graph } from '../../codegen/ir/graph.ts';
import type { BuiltEngine, Measurement } from '../../engines/engine.ts';
import { mergeWarnings } from '../../engines/merge-warnings.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import type { TimingLimits } from '../../engines/target.ts';
import { countNonFinite, numbersOf } from '../../engines/tensor-values.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { formatMs } from '../diagnostics/format-ms.ts';
import type {
  Accuracy,
  AuditSummary,
  BenchFile,
  BenchRow,
  LayerProfile,
  MissingCell,
} from '../report/bench-file.ts';
import { benchSchemaVersion } from '../report/bench-version.ts';
import { version } from '../version.ts';
import type { Manifest } from './manifest.ts';
import { engineOf, type ModelOptions, timedBatches } from './model-options.ts';
import { runPhase } from './phases.ts';

export interface TimingOptions extends ModelOptions {
  /** Name of the model. */
  readonly model: string;
  /** How long each batch is timed. */
  readonly limits: TimingLimits;
  /** Whether the engine's outputs have been looked at; default: they are before it is timed. */
  readonly isJudged?: boolean | undefined;
}

function describe(measurements: readonly Measurement[]): string {
  return measurements
    .map(({ batch, latency }) => `batch ${batch}: ${formatMs(latency.medianMs)} ms`)
    .join(', ');
}

/** A timing with the model it is of, and what an attempt or a farm says of it. */
export type ModelMeasurement = Measurement & { readonly model: string } & Readonly<
    Partial<Pick<BenchRow, 'provenance' | 'state' | 'spread'>>
  >;

/** Timings as those of a model, which say so where its weights were made up. */
export function measurementsOf(
  { model, weights }: Pick<Manifest, 'model' | 'weights'>,
  measurements: readonly Measurement[],
): readonly ModelMeasurement[] {
  const source = 'synthetic' in weights ? { provenance: { madeUpWeights: true } } : {};
  return measurements.map((measurement) => ({ model, ...source, ...measurement }));
}

/** What a bench file may hold. */
export interface BenchContent {
  readonly rows?: readonly ModelMeasurement[] | undefined;
  readonly profiles?: readonly LayerProfile[] | undefined;
  readonly audits?: readonly AuditSummary[] | undefined;
  readonly accuracies?: readonly Accuracy[] | undefined;
  /** Of a plan, what has no figure; absent where there was none. */
  readonly missing?: readonly MissingCell[] | undefined;
}

/** One warning about the times of a model in one precision that are not to be trusted, with the reasons; none where all are stable. */
export function stabilityWarnings(rows: readonly ModelMeasurement[]): readonly Diagnostic[] {
  const told = rows.flatMap(({ batch, warnings }) =>
    warnings.map((text) => ({ place: String(batch), text })),
  );
  const details = mergeWarnings('batch', told);
  const [first] = rows;
  if (!first || rows.every(({ stable }) => stable)) return [];
  const { model, precision } = first;
  return [createDiagnostic('timing-unstable', { model, precision }, { details })];
}

/** What was measured and found, as a bench file, which `rcc report` and `rcc compare` read. */
export function benchFileOf(content: BenchContent): BenchFile {
  const { rows = [], profiles = [], audits = [], accuracies = [], missing } = content;
  return {
    schemaVersion: benchSchemaVersion,
    createdAt: new Date().toISOString(),
    rcc: version,
    rows: rows.map((row) => structuredClone(row)) as BenchFile['rows'],
    profiles: [...profiles],
    audits: [...audits],
    accuracies: [...accuracies],
    ...(missing ? { missing: [...missing] } : {}),
  };
}

/** What is timed: an engine and the graph that it was built from. */
export interface Timed {
  readonly built: BuiltEngine;
  readonly graph: Pick<Graph, 'inputs'>;
}

export interface Timings {
  readonly measurements: readonly Measurement[];
  /** Why there are none: the engine computes no numbers. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Runs an engine once at each batch size and looks at what comes out. */
async function findNonFinite(
  { built, graph }: Timed,
  { target, model, signal, ...options }: TimingOptions,
): Promise<Diagnostic | undefined> {
  const { precision } = target;
  for (const batch of timedBatches({ target, ...options })) {
    const inputs = graph.inputs.map(
      ({ name, type }) => [name, createSeededInput(type, batch, 1)] as const,
    );
    const outputs = await engineOf(target).run(built.path, Object.fromEntries(inputs), signal);
    const numbers = Object.values(outputs).map(numbersOf);
    const count = numbers.reduce((sum, values) => sum + countNonFinite(values), 0);
    const total = numbers.reduce((sum, values) => sum + values.length, 0);
    if (count === 0) continue;
    const extent = `${count} of ${total} numbers for a seeded input of batch ${batch}`;
    return createDiagnostic('outputs-not-finite', { model, precision, extent });
  }
  return undefined;
}

/** Times an engine at each batch size that it takes; not at all where it answers NaN or infinity: nobody needs to know how fast it does. */
export async function measureBatches(timed: Timed, options: TimingOptions): Promise<Timings> {
  const { target, limits, isJudged } = options;
  return await runPhase<Timings>('timing', options.listener, async () => {
    const broken = isJudged ? undefined : await findNonFinite(timed, options);
    if (broken) {
      return { value: { measurements: [], diagnostics: [broken] }, detail: 'nothing to time' };
    }
    const measurements: Measurement[] = [];
    const batches = timedBatches(options);
    for (const [index, batch] of batches.entries()) {
      const report = (text: string) => options.listener?.onProgress?.(text);
      report(`batch ${batch}, ${index + 1} of ${batches.length}`);
      measurements.push(
        await engineOf(target).measure(timed.built.path, {
          batch,
          ...limits,
          report,
          signal: options.signal,
        }),
      );
    }
    return { value: { measurements, diagnostics: [] }, detail: describe(measurements) };
  });
}
