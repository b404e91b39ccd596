import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ownValue } from '../../src/collections/own-value.ts';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
  fail,
} from '../../src/diagnostics/diagnostic.ts';
import { replaceFile, writeArtifact } from '../../src/io/artifact.ts';
import { whileWriting } from '../../src/io/file-failure.ts';
import { readText } from '../../src/io/open-file.ts';
import { isKernel, type LayerList } from '../audit/layer.ts';
import { printLayerList, readLayerList } from '../audit/read-layer-list.ts';
import type { BuildRequest, BuiltEngine, EngineFile } from '../engine.ts';
import { engineFileOf } from '../engine-file.ts';
import { runScript, type ScriptEvent } from '../python/script.ts';
import { sizeOf, writtenNames } from '../tensorrt/running/optional-file.ts';
import { epContextFileName, writeEpContext } from './ep-context.ts';
import type { TensorrtRtxFacts } from './facts.ts';
import { explainFailure } from './failure.ts';
import { optionDefaults, type TensorrtRtxOptions } from './options.ts';
import { tensorrtRtxPackage } from './wheel.ts';

export const engineFileName = 'model.rtx.plan';

/** Names in the artifact's folder. */
const fileNames = { log: 'tensorrt-rtx-build.log', layers: 'layers.json' } as const;

const doing: Readonly<Record<string, string>> = {
  parsing: 'reading the ONNX file',
  building: 'compiling',
  writing: 'writing the engine',
};

function scriptArguments(
  options: TensorrtRtxOptions,
  request: BuildRequest,
  enginePath: string,
): readonly string[] {
  const { batches = optionDefaults.batches } = options;
  const { tf32 = optionDefaults.tf32, auxStreams = optionDefaults.auxStreams } = options;
  return [
    '--onnx',
    resolve(request.modelPath),
    '--engine',
    enginePath,
    '--compute-capability',
    ...options.computeCapabilities,
    '--batches',
    [batches.smallest, batches.usual, batches.largest].join(','),
    '--aux-streams',
    String(auxStreams),
    ...(tf32 ? ['--tf32'] : []),
  ];
}

/** What the user reads of an event while it builds. */
function progressOf(event: ScriptEvent): string | undefined {
  return event.event === 'phase' ? ownValue(doing, String(event.name)) : undefined;
}

interface Paths {
  readonly engine: string;
  readonly log: string;
  readonly layers: string;
}

async function compile(
  options: TensorrtRtxOptions,
  request: BuildRequest,
  { engine, log }: Paths,
  partialEngine: string,
): Promise<void> {
  const { timeoutMs = optionDefaults.timeoutMs, installation } = options;
  const { locateNode } = request;
  const run = await runScript({
    python: installation.python.path,
    script: tensorrtRtxPackage.script,
    args: scriptArguments(options, request, partialEngine),
    timeoutMs,
    logPath: log,
    ...(request.signal ? { signal: request.signal } : {}),
    onEvent: (event) => {
      const progress = progressOf(event);
      if (progress) request.report?.(`TensorRT-RTX ${installation.version}: ${progress}`);
    },
  });
  if (run.result.cancelled) request.signal?.throwIfAborted();
  const whole = run.result.exitCode === 0 && run.events.some(({ event }) => event === 'built');
  if (whole && (await sizeOf(partialEngine)) > 0) return;
  const locate = locateNode ? { locateNode } : {};
  throw new DiagnosticError([
    explainFailure({ run, log, enginePath: engine, timeoutMs, ...locate }),
  ]);
}

/** The layers that the build log lists; undefined where a release lists none or the log could not be kept. */
async function readLayers(log: string): Promise<LayerList | undefined> {
  try {
    return readLayerList({ name: log, text: await readText(log, 'build log') });
  } catch {
    return undefined;
  }
}

/** Puts the layers beside the engine for `rcc audit`; a list of an earlier engine must not stay. */
async function keepLayers({ log, layers }: Paths): Promise<LayerList | undefined> {
  const list = await readLayers(log);
  if (!list) await rm(layers, { force: true });
  else {
    const text = new TextEncoder().encode(printLayerList(list));
    await writeArtifact(layers, (sink) => sink.write(text));
  }
  return list;
}

function checkCapabilities({ computeCapabilities, installation }: TensorrtRtxOptions): void {
  const { capabilities, version } = installation;
  const lacking = computeCapabilities.find((capability) => !capabilities.includes(capability));
  if (lacking !== undefined) {
    fail('compute-capability-lacking', { capability: lacking, version, known: capabilities });
  }
}

/** The sizes that the engine takes: the graph's own where it fixes one. */
export function batchesOf(
  { batches = optionDefaults.batches }: TensorrtRtxOptions,
  { batch }: Pick<BuildRequest, 'batch'>,
): EngineFile['batches'] {
  if (batch !== undefined) return { min: batch, opt: batch, max: batch };
  return { min: batches.smallest, opt: batches.usual, max: batches.largest };
}

function factsOf(options: TensorrtRtxOptions, list: LayerList | undefined): TensorrtRtxFacts {
  return {
    compiler: `TensorRT-RTX ${options.installation.version}`,
    computeCapabilities: [...options.computeCapabilities],
    tf32: options.tf32 ?? optionDefaults.tf32,
    auxStreams: options.auxStreams ?? optionDefaults.auxStreams,
    ...(list ? { kernels: list.layers.filter(isKernel).length } : {}),
  };
}

/** Puts the model beside the engine that onnxruntime loads it by. */
async function wrap(
  engine: EngineFile,
  facts: TensorrtRtxFacts,
  { wrapper, graph }: { readonly wrapper: string; readonly graph: BuildRequest['graph'] },
): Promise<readonly Diagnostic[]> {
  if (!graph) return [];
  await writeEpContext(wrapper, graph, engine, facts);
  return [createDiagnostic('ep-context-untried', { file: epContextFileName })];
}

/** Builds one engine for all compute capabilities that were asked for, with its log and its layers beside it. */
export async function buildEngine(
  options: TensorrtRtxOptions,
  request: BuildRequest,
): Promise<BuiltEngine> {
  const startedMs = performance.now();
  checkCapabilities(options);
  request.signal?.throwIfAborted();
  const directory = resolve(request.directory);
  const paths = {
    engine: join(directory, engineFileName),
    log: join(directory, fileNames.log),
    layers: join(directory, fileNames.layers),
    wrapper: join(directory, epContextFileName),
  };
  await whileWriting(directory, () => mkdir(directory, { recursive: true }));
  const list = await replaceFile(paths.engine, async (partial) => {
    await compile(options, request, paths, partial);
    return await keepLayers(paths);
  });
  const engine = await engineFileOf(paths.engine, batchesOf(options, request));
  const facts = factsOf(options, list);
  const notes = await wrap(engine, facts, { ...paths, graph: request.graph });
  return {
    path: paths.engine,
    engines: [engine],
    companions: await writtenNames([paths.log, paths.layers, paths.wrapper]),
    builtFor: options.computeCapabilities.join(', '),
    buildMs: performance.now() - startedMs,
    facts: request.graph ? { ...facts, epContext: epContextFileName } : facts,
    notes,
  };
}
