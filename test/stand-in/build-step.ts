import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ParsedCommandLine } from './command-line.ts';
import { log } from './console.ts';
import { type EngineHeader, fileSource, writeEngine } from './engine-file.ts';
import { failBuild, libraryError } from './failures.ts';
import { formatOf, holds } from './io-format.ts';
import type { LoadedModel } from './model.ts';
import { batchOf, exportLayers, gpu, release, settings, since, strike } from './pretence.ts';

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
  if (!gpu?.until || !since(gpu.until)) return;
  const capability = gpu.computeCapability;
  const reason = since('10.5.0')
    ? `Target GPU SM ${capability.replace('.', '')} is not supported by this TensorRT release.`
    : `Unsupported SM: 0x${capability.replace('.', '0')}`;
  failBuild(libraryError(release, since('10.5.0') ? 9 : 1, 'Internal Error', reason));
}

/** Loads the ONNX file and writes an "engine" that only the stand-in loads. */
export async function buildEngine(parsed: ParsedCommandLine): Promise<void> {
  const { options } = parsed;
  const { isDynamic } = await import('./model.ts');
  const model = await parseModel(parsed);
  const batches = checkShapes(parsed, model, isDynamic(model));
  refuseGpu();
  for (const [option, format] of options) refuseFormat(option, format, model);
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
    verbosity: options.get('--profilingVerbosity') ?? 'layer_names_only',
    formats: [options.get('--inputIOFormats'), options.get('--outputIOFormats')],
    ...weakTyping(options),
    ...(batches ? { batches } : {}),
  };
  const engine = options.get('--saveEngine');
  const onnx = options.get('--onnx') ?? '';
  if (engine) await writeEngine(engine, header, onnx);
  await exportLayers(parsed, header, fileSource(onnx));
}

/**
 * A builder finds no kernel for a type in a layout that does not hold it: TensorFormat in NvInferRuntimeBase.h says which. The message is
 * invented: the library that prints it has no public source.
 */
function refuseFormat(option: string, format: string, { inputs, outputs }: LoadedModel): void {
  const sides: Readonly<Record<string, LoadedModel['inputs']>> = {
    '--inputIOFormats': inputs,
    '--outputIOFormats': outputs,
  };
  const [tensor] = sides[option] ?? [];
  if (!tensor) return;
  const { type, layout } = formatOf(format, tensor.type);
  if (holds(layout, type)) return;
  const reason = `${tensor.name}: no kernel holds ${type} in the layout ${layout}`;
  failBuild(libraryError(release, 4, 'API Usage Error', reason));
}

/** From 11.0 and with --stronglyTyped the graph's types decide; else the precision flags allow what they name. */
function weakTyping(options: ParsedCommandLine['options']): Pick<EngineHeader, 'weak'> {
  if (since('11.0.0') || options.has('--stronglyTyped')) return {};
  return { weak: options.has('--fp16') ? 'Half' : 'Float' };
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

/**
 * loadTimingCacheFile and saveTimingCacheFile: in headers of samples/common up to 8.6, later in shared/utils/timingCache.cpp, from 10.13.3 as
 * cacheUtils.cpp. The warning of another GPU's cache and the line of hit or miss are invented: TensorRT's library prints its own.
 */
function useTimingCache(path: string | undefined): void {
  if (!path) return;
  const own = `stand-in timing cache ${release.version} ${gpu?.computeCapability}\n`;
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // `timing cache` up to 10.13.2; cacheUtils.cpp of 10.13.3 reads other caches too.
  const word = since('10.13.3') ? 'cache' : 'timing cache';
  if (!text)
    log('W', `Could not read ${word} from: ${path}. A new ${word} will be generated and written.`);
  else if (!text.startsWith(own))
    log('W', '[TRT] The timing cache was created with a different TensorRT or GPU and is ignored.');
  log('V', `timing cache: ${text.startsWith(own) ? 'hit' : 'miss'}`);
  writeFileSync(path, text.startsWith(own) ? `${text}build\n` : `${own}build\n`);
  // FileLock (common.h of 8.6, later shared/utils/fileLock.cpp) makes a file beside the cache, and nobody removes it.
  if (since('8.6.0')) writeFileSync(`${path}.lock`, '');
}
