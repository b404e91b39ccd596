import { fail } from '../../src/diagnostics/diagnostic.ts';
import { formatMs } from '../../src/diagnostics/format-ms.ts';
import type { Measurement, MeasureRequest, Precision, Tensors } from '../engine.ts';
import { deviceOf } from '../processor.ts';
import { callDefinition, processorLimits, watchOtherLoad } from '../processor-timing.ts';
import { createSeededInput } from '../seeded-input.ts';
import { judgeStability } from '../stability.ts';
import { keepSamples, summarize } from '../statistics.ts';
import type { Optimization } from './optimization.ts';
import { runtimeName } from './runtime.ts';
import { closeSession, type Host, openSession, type Session } from './session.ts';
import { chooseThreads, threadCandidates } from './threads.ts';
import { createTimedRun, estimateRun, sampleRuns, type TimedRun, warmUp } from './timing.ts';

export interface MeasureSettings {
  readonly precision: Precision;
  readonly optimization: Optimization;
  /** Pins the count; without it the fastest is found. */
  readonly threads: number | undefined;
}

interface Prepared {
  readonly session: Session;
  readonly run: TimedRun;
  /** Time of the runs that were made to choose the thread count. */
  readonly spentMs: number;
  /** How the thread count came about. */
  readonly threadChoice: string;
}

/** Throws DiagnosticError `engine-batch-fixed` where the model takes another batch size only. */
function seededInputs(session: Session, batch: number): Tensors {
  for (const { type } of session.inputs) {
    const [fixed] = type.shape;
    if (typeof fixed === 'number' && fixed !== batch) {
      fail('engine-batch-fixed', { path: session.path, fixed, batch });
    }
  }
  return Object.fromEntries(
    session.inputs.map(({ name, type }) => [name, createSeededInput(type, batch, 1)]),
  );
}

async function prepare(
  path: string,
  host: Host,
  settings: MeasureSettings,
  request: MeasureRequest,
): Promise<Prepared> {
  const attempt = async (threads: number) => {
    const session = await openSession(path, host, { ...settings, threads });
    const close = (): Promise<void> => closeSession(session);
    try {
      const run = createTimedRun(session, seededInputs(session, request.batch), request.signal);
      const estimate =
        settings.threads === undefined ? await estimateRun(run) : { medianMs: 0, spentMs: 0 };
      return { session, run, threads, ...estimate, close };
    } catch (error) {
      await close();
      throw error;
    }
  };
  const candidates =
    settings.threads === undefined
      ? threadCandidates(host.processor.usableCores)
      : [settings.threads];
  const { best, tried } = await chooseThreads(candidates, attempt);
  const trials = tried.map(({ threads, medianMs }) => `${threads}: ${formatMs(medianMs)} ms`);
  const threadChoice =
    settings.threads === undefined ? `fastest of ${trials.join(', ')}` : 'as given';
  return { session: best.session, run: best.run, spentMs: best.spentMs, threadChoice };
}

/** Times a model at one batch size with the fastest, or the given, number of threads. */
export async function measureModel(
  path: string,
  request: MeasureRequest,
  { host, settings }: { host: Host; settings: MeasureSettings },
): Promise<Measurement> {
  const { session, run, spentMs, threadChoice } = await prepare(path, host, settings, request);
  try {
    const warmUpMs = await warmUp(run, request.warmUpMs, spentMs);
    const otherLoad = watchOtherLoad();
    const samplesMs = await sampleRuns(run, request);
    const stability = judgeStability(samplesMs, processorLimits, otherLoad());
    const latency = summarize(samplesMs);
    return {
      target: 'onnxruntime',
      device: deviceOf(host.processor),
      precision: settings.precision,
      batch: request.batch,
      latency,
      samplesMs: keepSamples(samplesMs),
      imagesPerSecond: (1000 * request.batch) / latency.meanMs,
      iterations: samplesMs.length,
      warmUpMs,
      definition: callDefinition,
      settings: {
        runtime: runtimeName(host.runtime),
        threads: session.threads,
        threadChoice,
        optimization: settings.optimization,
        spinning: true,
      },
      ...stability,
    };
  } finally {
    await closeSession(session);
  }
}
