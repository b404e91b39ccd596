import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { readBytes } from '../../src/io/open-file.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import type { Measurement, MeasureRequest } from '../engine.ts';
import { deviceOf } from '../processor.ts';
import { callDefinition, processorLimits, watchOtherLoad } from '../processor-timing.ts';
import { createSeededInput } from '../seeded-input.ts';
import { judgeStability } from '../stability.ts';
import { keepSamples, summarize } from '../statistics.ts';
import { type Compiled, measuredAnswer, profiledAnswer, toValue } from './answers.ts';
import { layersName } from './engine-files.ts';
import { keepLayers } from './layers.ts';
import { type LoadedFamily, startFamily, writeInputs } from './load.ts';
import { type OpenvinoOptions, propertiesOf } from './options.ts';

const severalDefinition =
  'Time of one call on the host from its start to its end while others run, from an input in memory to outputs in memory; reading and preparing pictures is not in it.';

type Inputs = Awaited<ReturnType<typeof writeInputs>>;

interface Subject {
  readonly family: LoadedFamily;
  readonly path: string;
  readonly compiled: Compiled;
  readonly inputs: Inputs;
  readonly folder: string;
  readonly request: MeasureRequest;
}

/** Calls at once: one after another where latency is asked for. */
function callsOf({ properties }: Compiled, { hint, streams = 1 }: OpenvinoOptions): number {
  const isOne = hint === 'latency' && streams === 1;
  return isOne ? 1 : properties.OPTIMAL_NUMBER_OF_INFER_REQUESTS;
}

async function readSamples(path: string, count: number, doing: string): Promise<number[]> {
  const bytes = await readBytes(path, 'times');
  if (bytes.byteLength !== 8 * count) {
    fail('openvino-answer-unreadable', { doing, problem: `it has not ${count} times` });
  }
  return [...new Float64Array(Uint8Array.from(bytes).buffer)];
}

async function time({ family, path, inputs, folder, request }: Subject, calls: number) {
  const { warmUpMs, durationMs, minIterations, signal, batch } = request;
  const doing = `timing batch ${batch}`;
  const samples = join(folder, 'samples.bin');
  let otherLoad: ReturnType<typeof watchOtherLoad> | undefined;
  const measured = await family.child.ask({
    doing,
    request: {
      ...{ do: 'measure', engine: path, inputs, requests: calls },
      ...{ warmUpMs, durationMs, minIterations, samples },
    },
    answer: measuredAnswer,
    signal,
    extraMs: warmUpMs + durationMs,
    onPhase: () => {
      otherLoad = watchOtherLoad();
    },
  });
  const load = otherLoad?.(measured.cpuMs);
  return { ...measured, samplesMs: await readSamples(samples, measured.count, doing), load };
}

/** Times the layers in a run of its own, which leaves the other figures untouched, for the list that lies beside the engine. */
async function profileLayers(
  { family, path, inputs, folder, request }: Subject,
  options: OpenvinoOptions,
): Promise<void> {
  const list = join(dirname(path), layersName(basename(path)));
  if (!existsSync(list)) return;
  const doing = `timing the layers of batch ${request.batch}`;
  const raw = join(folder, 'layers.json');
  await family.child.ask({
    doing,
    request: { do: 'profile', engine: path, inputs, layers: raw, config: propertiesOf(options) },
    answer: profiledAnswer,
    signal: request.signal,
  });
  await keepLayers(raw, list, doing);
}

function settingsOf({ properties }: Compiled, { installation }: OpenvinoOptions, calls: number) {
  return {
    runtime: `OpenVINO ${installation.version}`,
    precisionHint: properties.INFERENCE_PRECISION_HINT,
    threads: properties.INFERENCE_NUM_THREADS,
    streams: Number(properties.NUM_STREAMS),
    performanceHint: properties.PERFORMANCE_HINT.toLowerCase(),
    pinned: properties.ENABLE_CPU_PINNING,
    ...(calls === 1 ? {} : { callsAtOnce: calls }),
  };
}

async function measureIn(
  family: LoadedFamily,
  request: MeasureRequest,
  options: OpenvinoOptions,
): Promise<Measurement> {
  const { batch, signal } = request;
  const { path, compiled } = await family.take(batch, signal);
  const calls = callsOf(compiled, options);
  return await withTemporaryFolder(async (folder) => {
    const seeded = compiled.inputs.map(toValue);
    const tensors = seeded.map(({ name, type }) => [name, createSeededInput(type, batch, 1)]);
    const inputs = await writeInputs(folder, Object.fromEntries(tensors));
    const subject: Subject = { family, path, compiled, inputs, folder, request };
    const { samplesMs, load, elapsedMs, warmUpMs } = await time(subject, calls);
    await profileLayers(subject, options);
    return {
      target: 'openvino',
      device: deviceOf(options.processor),
      precision: options.precision,
      batch,
      latency: summarize(samplesMs),
      samplesMs: keepSamples(samplesMs),
      imagesPerSecond: (1000 * batch * samplesMs.length) / elapsedMs,
      iterations: samplesMs.length,
      warmUpMs,
      definition: calls === 1 ? callDefinition : severalDefinition,
      settings: settingsOf(compiled, options, calls),
      ...judgeStability(samplesMs, processorLimits, load),
    };
  });
}

/** Times an engine at one batch in a process of its own. */
export async function measureEngine(
  path: string,
  request: MeasureRequest,
  options: OpenvinoOptions,
): Promise<Measurement> {
  request.signal?.throwIfAborted();
  const family = await startFamily(path, options);
  try {
    return await measureIn(family, request, options);
  } finally {
    await family.child.close();
  }
}
