/*
 * Stands in for trtexec in tests: started like the real one, told a release and a GPU by environment variables (settings.ts). It takes exactly
 * the options of that release, loads the ONNX file and runs it on onnxruntime, writes an "engine" tied to release and GPU, and prints that
 * release's banner, warnings and summary, or fails as told (failures.ts). No figure it prints was measured, and its output says so.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkSupport } from '../../engines/tensorrt/gpu.ts';
import { orderOf } from '../../engines/tensorrt/release.ts';
import { type ParsedCommandLine, parseCommandLine } from './command-line.ts';
import { banner, Exit, log, plain } from './console.ts';
import { type EngineHeader, readHeader, readModel, writeEngine } from './engine-file.ts';
import {
  cudaFailure,
  FailedRun,
  failBuild,
  failures,
  libraryError,
  type Moment,
} from './failures.ts';
import { exportTimes, inventQueries, printSummary } from './figures.ts';
import type { LoadedModel } from './model.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const { release, gpu } = settings;
const since = (version: string) => release.tableOrder >= orderOf(version);
const argv = process.argv.slice(2);

async function strike(moment: Moment, parsed: ParsedCommandLine): Promise<void> {
  const [name = '', kind] = (settings.failure ?? '').split('@');
  const failure = failures[name];
  const now = parsed.options.has('--loadEngine') ? 'load' : 'build';
  if (failure?.moment !== moment || (kind && kind !== now) || parsed.help) return;
  await failure.strike({ release, options: parsed.options });
}

function printHelp(): void {
  for (let i = 0; i < 200; i++) plain(`  --option${i}   words of the help text`);
}

function refuseOptions({ unknown, complaints }: ParsedCommandLine): void {
  const errors = [...complaints, ...unknown];
  if (errors.length === 0) return;
  const helpFirst = since('10.0.0');
  if (helpFirst) printHelp();
  for (const error of errors) log('E', error);
  if (!helpFirst) printHelp();
  if (since('11.1.0')) throw new Exit(1);
  throw new FailedRun();
}

function printDevice(): void {
  if (!gpu) cudaFailure('no CUDA-capable device is detected', release);
  const clock = since('8.6.0') ? 'Application Compute Clock Rate' : 'Compute Clock Rate';
  log('I', '=== Device Information ===');
  if (since('9.1.0')) {
    log('I', 'Available Devices: ');
    log('I', `  Device 0: "${gpu.name}" UUID: ${gpu.uuid}`);
  }
  log('I', `Selected Device: ${gpu.name}`);
  if (since('9.1.0')) {
    log('I', 'Selected Device ID: 0');
    log('I', `Selected Device UUID: ${gpu.uuid}`);
  }
  log('I', `Compute Capability: ${gpu.computeCapability}`);
  log('I', `SMs: ${gpu.multiprocessors}`);
  log('I', `Device Global Memory: ${gpu.memoryMiB} MiB`);
  log('I', 'Shared Memory per SM: 64 KiB');
  log('I', 'Memory Bus Width: 256 bits (ECC enabled)');
  log('I', `${clock}: 1.59 GHz`);
  log('I', `${since('8.6.0') ? 'Application Memory Clock Rate' : 'Memory Clock Rate'}: 5.001 GHz`);
  log('I', '');
  log('I', `TensorRT version: ${release.version}`);
}

/** Batch of a shapes option; undefined where it was not given. */
function batchOf(option: string | undefined): number | undefined {
  const [, batch] = /:(\d+)x/.exec(option ?? '') ?? [];
  return batch === undefined ? undefined : Number(batch);
}

async function parseModel(parsed: ParsedCommandLine): Promise<LoadedModel> {
  const path = parsed.options.get('--onnx') ?? '';
  log('I', since('8.6.0') ? 'Start parsing network model.' : 'Start parsing network model');
  if (!existsSync(path)) {
    log('E', `[TRT] ModelImporter.cpp:680: Could not open file ${path}`);
    log('E', 'Failed to parse onnx file');
    log('E', 'Parsing model failed');
    failBuild();
  }
  await strike('parse', parsed);
  const { loadModel } = await import('./model.ts');
  const model = await loadModel(path).catch((error) => {
    log(
      'E',
      `[TRT] ModelImporter.cpp:688: Failed to parse ONNX model: ${error.message.split('\n')[0]}`,
    );
    log('E', 'Failed to parse onnx file');
    return failBuild();
  });
  log(
    'I',
    since('8.6.0')
      ? 'Finished parsing network model. Parse time: 0.0123'
      : 'Finish parsing network model',
  );
  return model;
}

/** Batches that the shape options ask for; undefined where the graph fixes its own. */
function checkShapes(
  { options }: ParsedCommandLine,
  model: LoadedModel,
  dynamic: boolean,
): readonly [number, number] | undefined {
  const given = ['--shapes', '--minShapes', '--maxShapes'].map((name) =>
    batchOf(options.get(name)),
  );
  const [same, min = same, max = same] = given;
  if (!dynamic && given.some((shape) => shape !== undefined)) {
    failBuild(
      'Static model does not take explicit shapes since the shape of inference tensors will be determined by the model itself',
    );
  }
  if (dynamic && max === undefined) {
    log(
      'W',
      'Dynamic dimensions required for input, but no shapes were provided. Automatically overriding shape to 1',
    );
  }
  for (const [name, value] of options) checkInputName(name, value, model);
  return dynamic ? [min ?? 1, max ?? 1] : undefined;
}

function refuseGpu(): void {
  const [against] = checkSupport(gpu ?? { name: '', computeCapability: '' }, release);
  if (against?.severity !== 'error') return;
  const capability = gpu?.computeCapability ?? '';
  const reason = since('10.5.0')
    ? `Target GPU SM ${capability.replace('.', '')} is not supported by this TensorRT release.`
    : `Unsupported SM: 0x${capability.replace('.', '0')}`;
  failBuild(libraryError(release, since('10.5.0') ? 9 : 1, 'Internal Error', reason));
}

async function buildEngine(parsed: ParsedCommandLine): Promise<void> {
  const { options } = parsed;
  const { isDynamic } = await import('./model.ts');
  const model = await parseModel(parsed);
  const batches = checkShapes(parsed, model, isDynamic(model));
  refuseGpu();
  await strike('build', parsed);
  await sleep(settings.delayMs);
  useTimingCache(options.get('--timingCacheFile'));
  log('I', 'Engine built in 0.5 sec.');
  if (since('9.1.0')) log('I', 'Created engine with size: 1.5 MiB');
  const header: EngineHeader = {
    standIn: 'not an engine of TensorRT: written by the stand-in of rcc’s tests',
    release: release.version,
    computeCapability: gpu?.computeCapability ?? '',
    versionCompatible: options.has('--versionCompatible') || options.has('--vc'),
    stripped: options.has('--stripWeights'),
    ...(batches ? { batches } : {}),
  };
  const engine = options.get('--saveEngine');
  if (engine) await writeEngine(engine, header, options.get('--onnx') ?? '');
  exportLayers(options.get('--exportLayerInfo'), model);
}

function checkInputName(option: string, value: string | undefined, { inputs }: LoadedModel): void {
  if (!/^--(min|opt|max)Shapes$|^--shapes$/.test(option) || !value) return;
  for (const tensor of value.split(',')) {
    const name = tensor.slice(0, tensor.lastIndexOf(':'));
    if (!inputs.some((input) => input.name === name)) {
      failBuild(
        `Cannot find input tensor with name "${name}" in the network inputs! Please make sure the input tensor names are correct.`,
      );
    }
  }
}

function useTimingCache(path: string | undefined): void {
  if (!path) return;
  const own = `stand-in timing cache ${release.version} ${gpu?.computeCapability}\n`;
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!text)
    log(
      'W',
      `Could not read timing cache from: ${path}. A new timing cache will be generated and written.`,
    );
  else if (!text.startsWith(own))
    log('W', '[TRT] The timing cache was created with a different TensorRT or GPU and is ignored.');
  log('V', `timing cache: ${text.startsWith(own) ? 'hit' : 'miss'}`);
  writeFileSync(path, text.startsWith(own) ? `${text}build\n` : `${own}build\n`);
}

function exportLayers(path: string | undefined, { inputs, session }: LoadedModel): void {
  if (!path) return;
  const names = [...inputs.map(({ name }) => name), ...session.outputNames];
  const tensors = since('11.0.0')
    ? { 'I/O Tensors': names.map((Name) => ({ Name })) }
    : { Bindings: names };
  writeFileSync(path, JSON.stringify({ Layers: ['stand-in: no kernels'], ...tensors }));
}

interface LoadedEngine {
  readonly model: LoadedModel;
  readonly batches: readonly [number, number] | undefined;
}

function refuseEngine(...reasons: readonly string[]): never {
  for (const reason of reasons) log('E', reason);
  log('E', 'Engine deserialization failed');
  log('E', since('8.6.0') ? 'Inference set up failed' : 'Engine set up failed');
  throw new FailedRun();
}

async function loadEngine(parsed: ParsedCommandLine): Promise<LoadedEngine> {
  const path = parsed.options.get('--loadEngine') ?? '';
  await strike('load', parsed);
  if (!existsSync(path)) refuseEngine(`Error opening engine file: ${path}`);
  const found = readHeader(path);
  if (!found)
    refuseEngine(
      'Error[1]: Error Code 1: Serialization (Serialization assertion magicTagRead == kMAGIC_TAG failed.Magic tag does not match)',
    );
  const { header, offset } = found;
  const compatible = header.versionCompatible && parsed.options.has('--versionCompatible');
  if (header.release !== release.version && !compatible) {
    refuseEngine(
      since('10.0.0')
        ? `IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file is not compatible with this version of TensorRT, expecting library version ${release.version} got ${header.release}, please rebuild.)`
        : 'Error[1]: Error Code 1: Serialization (Serialization assertion stdVersionRead == serializationVersion failed.Version tag does not match. Note: Current Version: 232, Serialized Engine Version: 228)',
    );
  }
  if (header.computeCapability !== gpu?.computeCapability) {
    refuseEngine(
      `Error Code 6: API Usage Error (The engine plan file is generated on an incompatible device, expecting compute ${gpu?.computeCapability} got compute ${header.computeCapability}, please rebuild.)`,
    );
  }
  const { loadModel } = await import('./model.ts');
  log('I', 'Engine loaded in 0.01 sec.');
  log('I', 'Engine deserialized in 0.012 sec.');
  return { model: await loadModel(readModel(path, offset)), batches: header.batches };
}

function readInputs(spec: string | undefined): Map<string, Uint8Array> {
  const pairs = (spec ?? '').split(',').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf(':');
      return [pair.slice(0, at), readFileSync(pair.slice(at + 1))];
    }),
  );
}

async function inferOnce(
  parsed: ParsedCommandLine,
  { model, batches }: LoadedEngine,
): Promise<number> {
  const { runModel } = await import('./model.ts');
  const batch = batchOf(parsed.options.get('--shapes')) ?? 1;
  if (batches && (batch < batches[0] || batch > batches[1])) {
    log(
      'E',
      'IExecutionContext::setInputShape: Error Code 3: API Usage Error (Supplied binding dimension does not satisfy any optimization profiles)',
    );
    log('E', 'Inference set up failed');
    throw new FailedRun();
  }
  await strike('infer', parsed);
  const outputs = await runModel(model, batch, readInputs(parsed.options.get('--loadInputs')));
  const path = parsed.options.get('--exportOutput');
  const objects = Object.entries(outputs).map(([name, value]) => {
    const data = Array.from(value.data as Float32Array, (v) => Number(v).toPrecision(6));
    return `{ "name" : "${name}", "dimensions" : "${value.dims.join('x')}", "values" : [ ${data.join(', ')} ] }`;
  });
  if (path) writeFileSync(path, `[\n  ${objects.join(',\n  ')}\n]\n`);
  const fixed = model.inputs[0]?.shape[0];
  return typeof fixed === 'number' ? fixed : batch;
}

function reportTimes({ options }: ParsedCommandLine, batch: number): void {
  const transfers = since('11.0.0')
    ? options.has('--includeDataTransfers')
    : !options.has('--noDataTransfers');
  const count = Math.max(Number(options.get('--iterations') ?? 10), 10);
  const queries = inventQueries(batch, count, { transfers, jitter: settings.jitter });
  const profiled = options.has('--exportProfile') || options.has('--dumpProfile');
  if (profiled && !options.has('--separateProfileRun') && !since('11.0.0')) {
    log(
      'I',
      'The e2e network timing is not reported since it is inaccurate due to the extra synchronizations when the profiler is enabled.',
    );
    return;
  }
  const percentiles = (options.get('--percentile') ?? '90,95,99')
    .split(',')
    .filter(Boolean)
    .map(Number);
  const streams = Number(options.get('--infStreams') ?? options.get('--streams') ?? 1);
  printSummary(queries, { percentiles, streams, release });
  const times = options.get('--exportTimes');
  if (times) exportTimes(times, queries);
}

function exportProfile(path: string | undefined): void {
  if (!path) return;
  const layers = [
    '{ "count" : 100 }',
    '{ "name" : "stand-in", "timeMs" : 100, "averageMs" : 1, "medianMs" : 1, "percentage" : 100 }',
  ];
  writeFileSync(path, `[\n  ${layers.join('\n, ')}\n]\n`);
}

/** What happens before the banner is printed. */
async function prepare(parsed: ParsedCommandLine): Promise<void> {
  const { STAND_IN_COMMANDS: commands } = process.env;
  if (commands) appendFileSync(commands, `${JSON.stringify(argv)}\n`);
  const early = settings.failure === 'missing-library' || settings.failure === 'garbage';
  if (early) await strike('start', parsed);
}

async function useEngine(parsed: ParsedCommandLine): Promise<void> {
  const engine = await loadEngine(parsed);
  exportLayers(parsed.options.get('--exportLayerInfo'), engine.model);
  log('I', 'Starting inference');
  reportTimes(parsed, await inferOnce(parsed, engine));
  exportProfile(parsed.options.get('--exportProfile'));
}

function greet(parsed: ParsedCommandLine): boolean {
  banner('RUNNING', release, ['trtexec', ...argv]);
  if (!parsed.help && argv.length > 0) return true;
  printHelp();
  if (!parsed.help && !since('11.1.0')) banner('PASSED', release, ['trtexec', ...argv]);
  return false;
}

async function run(): Promise<void> {
  const parsed = parseCommandLine(argv, release);
  await prepare(parsed);
  if (!greet(parsed)) return;
  if (since('10.7.0') && !since('11.0.0') && !gpu) {
    cudaFailure('no CUDA-capable device is detected', release);
  }
  refuseOptions(parsed);
  for (const warning of parsed.warnings) log('W', warning);
  log('W', 'This is the stand-in of rcc’s tests and not NVIDIA’s trtexec.');
  await strike('start', parsed);
  printDevice();
  const { options } = parsed;
  if (!options.has('--loadEngine')) await buildEngine(parsed);
  if (options.has('--skipInference') || options.has('--buildOnly')) {
    log('I', 'Skipped inference phase since --skipInference is added.');
  } else if (options.has('--loadEngine')) {
    await useEngine(parsed);
  }
  banner('PASSED', release, ['trtexec', ...argv]);
}

try {
  await run();
  process.exit(0);
} catch (error) {
  if (error instanceof FailedRun) banner('FAILED', release, ['trtexec', ...argv]);
  if (!(error instanceof Exit)) console.error(error);
  process.exit(error instanceof Exit ? error.status : 70);
}
