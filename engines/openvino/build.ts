import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ownValue } from '../../src/collections/own-value.ts';
import { replaceFile } from '../../src/io/artifact.ts';
import { whileWriting } from '../../src/io/file-failure.ts';
import type { BuildRequest, BuiltEngine, BuiltFile, EngineFile } from '../engine.ts';
import { engineFileOf } from '../engine-file.ts';
import { kernelClassOf } from '../processor.ts';
import { type Compiled, compiledAnswer } from './answers.ts';
import { type Child, withChild } from './child.ts';
import { requirePrecision } from './compiled.ts';
import { engineName, layersName } from './engine-files.ts';
import type { OpenvinoFacts } from './facts.ts';
import { keepLayers } from './layers.ts';
import { type OpenvinoOptions, propertiesOf } from './options.ts';
import { parseRequirements } from './stamp.ts';

const phases: Readonly<Record<string, string>> = {
  reading: 'reading the ONNX file',
  compiling: 'compiling',
  writing: 'writing the engine',
};

/** One engine that is to be built; without a batch as the graph has it. */
interface Planned {
  readonly name: string;
  readonly batch: number | undefined;
  /** What it takes. */
  readonly takes: number;
}

function plan({ batches }: OpenvinoOptions, batch: BuildRequest['batch']): readonly Planned[] {
  if (batch !== undefined) {
    return [{ name: engineName(undefined, []), batch: undefined, takes: batch }];
  }
  return batches.map((one) => ({ name: engineName(one, batches), batch: one, takes: one }));
}

/** Names of what a build leaves. */
export function builtFiles(
  options: OpenvinoOptions,
  batch: BuildRequest['batch'],
): readonly BuiltFile[] {
  const names = plan(options, batch).map(({ name }) => name);
  return [
    ...names.map((name) => ({ role: 'engine' as const, name })),
    ...names.map((name) => ({ role: 'layers' as const, name: layersName(name) })),
  ];
}

interface Work {
  readonly options: OpenvinoOptions;
  readonly request: BuildRequest;
  readonly folder: string;
}

async function compile(
  child: Child,
  { name, batch }: Planned,
  { options, request, folder }: Work,
): Promise<Compiled> {
  const { modelPath, signal, report } = request;
  const doing = batch === undefined ? 'compiling' : `compiling for batch ${batch}`;
  const raw = join(folder, `.${layersName(name)}.partial`);
  const ask = (engine: string) =>
    child.ask({
      doing,
      request: {
        do: 'build',
        model: resolve(modelPath),
        batch: batch ?? null,
        engine,
        layers: raw,
        config: propertiesOf(options),
      },
      answer: compiledAnswer,
      signal,
      onPhase: (phase) => {
        const title = `OpenVINO ${options.installation.version}`;
        report?.(`${title}: ${ownValue(phases, phase) ?? phase}${batch ? `, batch ${batch}` : ''}`);
      },
    });
  try {
    return await replaceFile(join(folder, name), async (partial) => {
      const compiled = await ask(partial);
      requirePrecision(compiled, options, doing);
      await keepLayers(raw, join(folder, layersName(name)), doing);
      return compiled;
    });
  } finally {
    await rm(raw, { force: true });
  }
}

function factsOf({ installation, processor }: OpenvinoOptions, compiled: Compiled): OpenvinoFacts {
  const { properties } = compiled;
  const stamp = parseRequirements(properties.RUNTIME_REQUIREMENTS ?? '');
  return {
    runtime: `OpenVINO ${installation.version}`,
    ...(stamp ? { instructions: stamp.instructions } : {}),
    processor: kernelClassOf(processor),
    processorName: processor.name,
    precisionHint: properties.INFERENCE_PRECISION_HINT,
  };
}

async function describe(
  folder: string,
  planned: readonly Planned[],
): Promise<readonly EngineFile[]> {
  const files: EngineFile[] = [];
  for (const { name, takes } of planned) {
    files.push(await engineFileOf(join(folder, name), { min: takes, opt: takes, max: takes }));
  }
  return files;
}

/** Compiles a model once for each batch, with its layers beside it: a model that leaves its batch free is slower in int8, and no faster in anything. */
export async function buildEngines(
  options: OpenvinoOptions,
  request: BuildRequest,
): Promise<BuiltEngine> {
  const startedMs = performance.now();
  request.signal?.throwIfAborted();
  const folder = resolve(request.directory);
  await whileWriting(folder, () => mkdir(folder, { recursive: true }));
  const planned = plan(options, request.batch);
  const [first] = planned;
  const compiled = await withChild(options, async (child) => {
    const all: Compiled[] = [];
    for (const one of planned) all.push(await compile(child, one, { options, request, folder }));
    return all[0];
  });
  if (!first || !compiled) throw new Error('no batches to build for');
  return {
    path: join(folder, first.name),
    engines: await describe(folder, planned),
    companions: planned.map(({ name }) => layersName(name)),
    buildMs: performance.now() - startedMs,
    builtFor: options.processor.name,
    facts: factsOf(options, compiled),
  };
}
