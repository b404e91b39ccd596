import { isTimeMs, leastLatencyMs } from '../../../src/io/outside-fields.ts';
import type {
  Device,
  LatencyPart,
  LatencySummary,
  Measurement,
  MeasureRequest,
} from '../../engine.ts';
import { keepSamples, percentile, sortAscending, summarize } from '../../statistics.ts';
import type { MetricName, MetricSummary, TrtexecReport } from '../logs/report.ts';
import type { TensorrtIntent } from '../planning/intent.ts';
import type { GpuConditions } from './clock-watch.ts';
import type { TensorrtEngineOptions } from './context.ts';
import type { QueryTimes } from './export-times.ts';

/** One run of trtexec that was timed. */
export interface TimedRun {
  readonly report: TrtexecReport;
  /** Absent where the file of times could not be used; the summary then serves. */
  readonly times: QueryTimes | undefined;
  readonly conditions: GpuConditions | undefined;
  /** Whether the times themselves are steady, whatever the GPU's state. */
  readonly isSteady: boolean;
  readonly stable: boolean;
  /** Whether another run might be stable. */
  readonly repeatable: boolean;
  readonly warnings: readonly string[];
}

/** The summary's own figures, where there are no samples; undefined where it lacks one of those that rcc asks for, or tells of inf or nan. */
function fromMetric({ percentilesMs, ...metric }: MetricSummary): LatencySummary | undefined {
  const [p90Ms, p95Ms, p99Ms] = [90, 95, 99].map((p) => percentilesMs.get(p));
  const figures = { ...metric, p90Ms, p95Ms, p99Ms };
  return Object.values(figures).every(isTimeMs) ? (figures as LatencySummary) : undefined;
}

/** What trtexec's own metrics hold. */
export const partDefinitions = {
  gpuCompute:
    'GPU compute: from the start of the first kernel to the end of the last one, on the GPU.',
  h2d: 'H2D: copy of the inputs from host to GPU.',
  d2h: 'D2H: copy of the outputs from GPU to host.',
  enqueue:
    'Enqueue: time in which the host hands the work to the GPU; longer than GPU compute, it limits the throughput.',
} as const satisfies Partial<Record<MetricName, string>>;

const seriesOf: Readonly<Partial<Record<MetricName, keyof QueryTimes>>> = {
  latency: 'latencyMs',
  gpuCompute: 'computeMs',
  h2d: 'h2dMs',
  d2h: 'd2hMs',
};

function summaryOf(name: MetricName, { report, times }: TimedRun): LatencySummary | undefined {
  const series = seriesOf[name];
  const samples = series && times?.[series];
  if (samples instanceof Float64Array) return summarize([...samples]);
  const metric = report.summary.metrics[name];
  return metric && fromMetric(metric);
}

function partsOf(run: TimedRun): Record<string, LatencyPart> {
  const names = Object.keys(partDefinitions) as (keyof typeof partDefinitions)[];
  const parts = names.flatMap((name) => {
    const summary = summaryOf(name, run);
    return summary ? [[name, { ...summary, definition: partDefinitions[name] }] as const] : [];
  });
  return Object.fromEntries(parts);
}

function definitionOf(intent: TensorrtIntent, request: MeasureRequest): string {
  const { transfers, cudaGraph, spinWait, streams } = intent;
  const span = transfers
    ? 'copy to the GPU, compute and copy back'
    : 'compute on the GPU, without copies';
  const onOff = (on: boolean) => (on ? 'on' : 'off');
  return (
    `Host latency of one batch: ${span}; CUDA graph ${onOff(cudaGraph)}, spin wait ${onOff(spinWait)}, ` +
    `${streams} stream${streams === 1 ? '' : 's'}; ${request.warmUpMs} ms warm-up, then at least ` +
    `${request.durationMs} ms and ${request.minIterations} runs. ` +
    'Throughput: whole batches a second through all streams, times the batch.'
  );
}

function settingsOf(
  { machine, intent }: TimingContext,
  { times, conditions }: TimedRun,
  runs: number,
): Record<string, string | number | boolean> {
  const extra = intent.percentiles.filter((p) => ![90, 95, 99].includes(p));
  const sorted = times && sortAscending(times.latencyMs);
  const percentiles = sorted
    ? extra.map((p) => [`latencyP${p}Ms`, percentile(sorted, p)] as const)
    : [];
  const { smClockMHz, maxSmClockMHz, temperatureC, throttleReasons } = conditions ?? {};
  return {
    tensorrt: machine.fullVersion,
    transfers: intent.transfers,
    cudaGraph: intent.cudaGraph,
    spinWait: intent.spinWait,
    streams: intent.streams,
    source: times ? 'samples' : 'summary',
    runs,
    ...Object.fromEntries(percentiles),
    ...(smClockMHz ? { smClockMHzMin: smClockMHz[0], smClockMHzMax: smClockMHz[1] } : {}),
    ...(maxSmClockMHz === undefined ? {} : { maxSmClockMHz }),
    ...(temperatureC ? { temperatureCMax: temperatureC[1] } : {}),
    ...(throttleReasons ? { throttleReasons: throttleReasons.join(', ') || 'none' } : {}),
  };
}

function deviceOf({ machine }: TimingContext, report: TrtexecReport): Device {
  const { gpu, installed, cuda, fullVersion } = machine;
  return {
    kind: 'gpu',
    name: report.device.name ?? gpu.name,
    details: {
      computeCapability: report.device.computeCapability ?? gpu.computeCapability,
      tensorrt: fullVersion,
      ...(installed ? { driver: installed.driver } : {}),
      ...(installed?.memoryMiB ? { memoryMiB: installed.memoryMiB } : {}),
      ...(cuda ? { cuda } : {}),
    },
  };
}

/** What a timing is told with. */
export type TimingContext = Pick<TensorrtEngineOptions, 'machine' | 'intent'>;

/** The measurement of one timed run; undefined where the report lacks a latency, a throughput or the number of runs. */
export function measurementOf(
  options: TimingContext,
  run: TimedRun,
  asked: { runs: number; request: MeasureRequest },
): Measurement | undefined {
  const { runs, request } = asked;
  const { report, times, stable, warnings } = run;
  const latency = summaryOf('latency', run);
  const { throughputQps } = report.summary;
  const iterations = times?.latencyMs.length ?? report.queries;
  if (!latency || latency.medianMs < leastLatencyMs) return undefined;
  if (throughputQps === undefined || !iterations) return undefined;
  return {
    target: 'tensorrt',
    device: deviceOf(options, report),
    precision: options.intent.precision,
    batch: request.batch,
    latency,
    ...(times ? { samplesMs: keepSamples(times.latencyMs) } : {}),
    // With explicit batches a query is one whole batch.
    imagesPerSecond: throughputQps * request.batch,
    iterations,
    warmUpMs: request.warmUpMs,
    definition: definitionOf(options.intent, request),
    settings: settingsOf(options, run, runs),
    stable,
    warnings,
    parts: partsOf(run),
  };
}
