import { existsSync, writeFileSync } from 'node:fs';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';
import type { ParsedCommandLine } from './command-line.ts';
import { log } from './console.ts';
import { type EngineHeader, fileSource, readHeader, readModel } from './engine-file.ts';
import { FailedRun } from './failures.ts';
import { exportTimes, inventQueries, printSummary } from './figures.ts';
import { formatOf, printOutput, readInput } from './io-format.ts';
import type { LoadedModel } from './model.ts';
import { batchOf, exportLayers, gpu, release, settings, since, strike } from './pretence.ts';

interface LoadedEngine {
  readonly model: LoadedModel;
  readonly header: EngineHeader;
  readonly onnx: ByteSource;
}

function refuseEngine(...reasons: readonly string[]): never {
  for (const reason of reasons) log('E', reason);
  log('E', 'Engine deserialization failed');
  log('E', since('8.6.0') ? 'Inference set up failed' : 'Engine set up failed');
  throw new FailedRun();
}

/** What is no engine, or only the beginning of one. */
function refuseDamaged(): never {
  refuseEngine(
    'Error[1]: Error Code 1: Serialization (Serialization assertion magicTagRead == kMAGIC_TAG failed.Magic tag does not match)',
  );
}

async function loadEngine(parsed: ParsedCommandLine): Promise<LoadedEngine> {
  const path = parsed.options.get('--loadEngine') ?? '';
  await strike('load', parsed);
  if (!existsSync(path)) refuseEngine(`Error opening engine file: ${path}`);
  const found = readHeader(path);
  if (!found) refuseDamaged();
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
  const model = await loadModel(readModel(path, offset)).catch(refuseDamaged);
  log('I', 'Engine deserialized in 0.012 sec.');
  return {
    model,
    header,
    onnx: fileSource(path, offset),
  };
}

/** The files of --loadInputs, as the graph reads what the engine's bindings hold. */
function readInputs(
  { options }: ParsedCommandLine,
  { model, header }: LoadedEngine,
  batch: number,
): Map<string, Uint8Array> {
  const pairs = (options.get('--loadInputs') ?? '').split(',').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf(':');
      const name = pair.slice(0, at);
      const input = model.inputs.find((one) => one.name === name);
      const shape = (input?.shape ?? []).map((size) => (typeof size === 'number' ? size : batch));
      const { type } = input ?? { type: 'float32' };
      const format = formatOf(header.formats[0], type);
      return [name, readInput(pair.slice(at + 1), format, { type, shape }, release)];
    }),
  );
}

/**
 * Whether a loaded engine gets its weights: trtexec.cpp of 10.14 (lines 374–384) and 11.1 (577–587) looks at --refitFromOnnx only where
 * `build.refittable` is set, which is the parser's --refit. An engine without weights runs all the same.
 */
function refits({ options }: ParsedCommandLine): boolean {
  const onnx = options.get('--refitFromOnnx');
  if (!options.has('--refit') || onnx === undefined) return false;
  if (existsSync(onnx)) return true;
  log('E', 'Engine refit from ONNX model failed.');
  throw new FailedRun();
}

async function inferOnce(parsed: ParsedCommandLine, engine: LoadedEngine): Promise<number> {
  const { model, header } = engine;
  const { batches } = header;
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
  const outputs = await runModel(model, batch, readInputs(parsed, engine, batch));
  if (header.stripped && !refits(parsed)) {
    for (const value of Object.values(outputs)) (value.data as Float32Array).fill(0);
  }
  const path = parsed.options.get('--exportOutput');
  const objects = Object.entries(outputs).map(([name, value]) => {
    const format = formatOf(header.formats[1], value.type);
    const data = printOutput(Array.from(value.data as Float32Array, Number), format);
    return `{ "name" : "${name}", "dimensions" : "${value.dims.join('x')}", "values" : [ ${data} ] }`;
  });
  if (path) writeFileSync(path, `[\n  ${objects.join(',\n  ')}\n]\n`);
  const fixed = model.inputs[0]?.shape[0];
  return typeof fixed === 'number' ? fixed : batch;
}

function reportTimes({ options }: ParsedCommandLine, batch: number): void {
  const transfers = since('11.0.0')
    ? options.has('--includeDataTransfers')
    : !options.has('--noDataTransfers');
  const leastMs = 1000 * Number(options.get('--duration') ?? 3);
  const least = Math.max(Number(options.get('--iterations') ?? 10), 10);
  const queries = inventQueries(batch, { least, leastMs }, { transfers, jitter: settings.jitter });
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

/** Loads an engine, runs it once and reports invented times. */
export async function useEngine(parsed: ParsedCommandLine): Promise<void> {
  const engine = await loadEngine(parsed);
  await exportLayers(parsed, engine.header, engine.onnx);
  log('I', 'Starting inference');
  reportTimes(parsed, await inferOnce(parsed, engine));
}
