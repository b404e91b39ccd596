import { dirname, join, resolve } from 'node:path';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { Measurement, MeasureRequest } from '../../engine.ts';
import { summarize } from '../../statistics.ts';
import type { TensorrtIntent } from '../planning/intent.ts';
import { splitArgument } from '../planning/option-table.ts';
import { engineFile, type TrtexecCommand } from '../planning/plan.ts';
import { planOrThrow } from './build.ts';
import { watchClocks } from './clock-watch.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { judgeTiming } from './judge-timing.ts';
import { measurementOf, type TimedRun } from './measurement.ts';
import { replaceIfWritten, withTemporaryFile } from './optional-file.ts';
import { readModelBeside } from './read-model.ts';
import { runToSuccess, withPaths } from './run-command.ts';
import { takeTurn } from './timing-cache.ts';

/** The engine that serves the batch; a path to another file stands for itself where one engine serves all. */
export function engineFor(intent: TensorrtIntent, path: string, batch: number): string {
  if (intent.profile || intent.batches.length === 1) return resolve(path);
  if (!intent.batches.includes(batch)) {
    fail('tensorrt-batch-not-built', { batch, built: intent.batches });
  }
  return resolve(dirname(path), engineFile(intent, batch));
}

/** The runs of the plan that serve the request's batch: times, and times of the layers where the intent wants them. */
async function planTiming(
  options: TensorrtEngineOptions,
  path: string,
  request: MeasureRequest,
): Promise<{ time: TrtexecCommand; profile: TrtexecCommand | undefined }> {
  const { intent } = options;
  const engine = engineFor(intent, path, request.batch);
  const plan = planOrThrow(options, await readModelBeside(engine), {
    warmUpMs: request.warmUpMs,
    durationMs: request.durationMs,
    iterations: request.minIterations,
    batches: intent.profile ? [request.batch] : intent.batches,
  });
  const find = (kind: TrtexecCommand['kind']) => {
    const command = plan.commands.find((c) => c.kind === kind && c.batch === request.batch);
    return command && { ...withPaths(command, { '--loadEngine': engine }), engine };
  };
  const time = find('time');
  if (!time) fail('tensorrt-batch-not-built', { batch: request.batch, built: intent.batches });
  return { time, profile: find('profile') };
}

/** Times the layers in a run of its own; its files are read by the audit. */
async function profileLayers(
  options: TensorrtEngineOptions,
  command: TrtexecCommand,
  request: MeasureRequest,
): Promise<void> {
  const pathOf = (option: string) =>
    command.args.map(splitArgument).find(({ name }) => name === option)?.value ?? '';
  await replaceIfWritten(pathOf('--exportLayerInfo'), (layers) =>
    replaceIfWritten(pathOf('--exportProfile'), (times) => {
      const paths = { '--exportLayerInfo': layers, '--exportProfile': times };
      return runToSuccess(options, command, withPaths(command, paths), request);
    }),
  );
}

async function timeOnce(
  options: TensorrtEngineOptions,
  command: TrtexecCommand,
  request: MeasureRequest,
): Promise<TimedRun> {
  return withTemporaryFile(join(dirname(command.engine), 'times.json'), async (timesPath) => {
    const run = withPaths(command, { '--exportTimes': timesPath });
    const { value: report, conditions } = await watchClocks(options.machine, () =>
      runToSuccess(options, command, run, request),
    );
    const { throughputQps, metrics } = report.summary;
    if (throughputQps === undefined || !metrics.gpuCompute || !metrics.latency) {
      fail('tensorrt-no-report', { log: command.log });
    }
    return await judgeTiming(options.intent, request, { report, timesPath, conditions });
  });
}

/** The steadier of two runs: stable before unstable, then the smaller variation of GPU compute time. */
export function steadier(a: TimedRun, b: TimedRun): TimedRun {
  if (a.stable !== b.stable) return a.stable ? a : b;
  const variation = ({ times }: TimedRun) =>
    (times && summarize([...times.computeMs]).variation) ?? Number.POSITIVE_INFINITY;
  return variation(b) < variation(a) ? b : a;
}

async function timeUntilStable(
  options: TensorrtEngineOptions,
  command: TrtexecCommand,
  request: MeasureRequest,
): Promise<{ best: TimedRun; runs: number }> {
  let best = await timeOnce(options, command, request);
  let runs = 1;
  for (; !best.stable && best.repeatable && runs < options.intent.repeats; runs++) {
    best = steadier(best, await timeOnce(options, command, request));
  }
  return { best, runs };
}

/** Times an engine at one batch: trtexec runs again until its figures are steady, or as often as the intent allows. */
export async function measureEngine(
  options: TensorrtEngineOptions,
  path: string,
  request: MeasureRequest,
): Promise<Measurement> {
  const { time, profile } = await planTiming(options, path, request);
  const { best, runs } = await takeTurn(options, request, async () => {
    const timed = await timeUntilStable(options, time, request);
    if (profile) await profileLayers(options, profile, request);
    return timed;
  });
  const measurement = measurementOf(options, best, { runs, request });
  return measurement ?? fail('tensorrt-no-report', { log: time.log });
}
