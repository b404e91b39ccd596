import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Value } from '../../codegen/ir/graph.ts';
import { dataTypes, elementCount } from '../../codegen/ir/types.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { whileWriting } from '../../src/io/file-failure.ts';
import { readBytes } from '../../src/io/open-file.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { checkInputs } from '../check-inputs.ts';
import type { LoadedEngine, Tensor, Tensors } from '../engine.ts';
import { joinBatches, partsOf, sliceBatch } from '../tensor-batch.ts';
import { type Compiled, ranAnswer, toValue } from './answers.ts';
import { type Child, startChild } from './child.ts';
import { loadCompiled } from './compiled.ts';
import { enginesBeside } from './engine-files.ts';
import type { OpenvinoOptions } from './options.ts';

/** The engines of one model in a child; each is loaded when its batch is first wanted. */
export interface LoadedFamily {
  readonly child: Child;
  /** Paths by batch. */
  readonly engines: ReadonlyMap<number, string>;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** The compiled engine of a batch. */
  take(batch: number, signal?: AbortSignal): Promise<{ path: string; compiled: Compiled }>;
}

/** A value of an engine of one batch, in the words of the model, which takes any: pictures are given in parts. */
function freed(value: ReturnType<typeof toValue>): Value {
  const [, ...sizes] = value.type.shape;
  return { ...value, type: { ...value.type, shape: ['N', ...sizes] } };
}

function batchOf({ inputs }: Compiled): number {
  return inputs[0]?.shape[0] ?? 1;
}

async function openFamily(
  child: Child,
  path: string,
  options: OpenvinoOptions,
): Promise<LoadedFamily> {
  const first = await loadCompiled(child, path, options);
  const engines = (await enginesBeside(path)) ?? new Map([[batchOf(first), path]]);
  const loaded = new Map([[path, first]]);
  return {
    child,
    engines,
    inputs: first.inputs.map(toValue).map(freed),
    outputs: first.outputs.map(toValue).map(freed),
    async take(batch, signal) {
      const at =
        engines.get(batch) ??
        fail('engine-batch-not-built', { path, batch, built: [...engines.keys()] });
      const compiled = loaded.get(at) ?? (await loadCompiled(child, at, options, signal));
      loaded.set(at, compiled);
      return { path: at, compiled };
    },
  };
}

/** Starts a child and loads an engine into it; nothing is left of the child where that fails. */
export async function startFamily(path: string, options: OpenvinoOptions): Promise<LoadedFamily> {
  const child = startChild(options);
  try {
    return await openFamily(child, resolve(path), options);
  } catch (error) {
    await child.close();
    throw error;
  }
}

/** Writes inputs as our script reads them. */
export async function writeInputs(folder: string, inputs: Tensors) {
  return await Promise.all(
    Object.entries(inputs).map(async ([name, { bytes, dataType, shape }], i) => {
      const path = join(folder, `input-${i}.bin`);
      await whileWriting(path, () => writeFile(path, bytes));
      return { name, path, dtype: dataType, shape };
    }),
  );
}

type Output = (typeof ranAnswer)['_output']['outputs'][number];

async function readOutput({ name, path, dtype: dataType, shape }: Output, doing: string) {
  const bytes = await readBytes(path, 'output');
  const sizeBytes = elementCount(shape) * dataTypes[dataType].sizeBytes;
  if (bytes.byteLength !== sizeBytes) {
    const problem = `'${name}' has ${bytes.byteLength} bytes in place of ${sizeBytes}`;
    fail('openvino-answer-unreadable', { doing, problem });
  }
  return [name, { dataType, shape, bytes }] as const;
}

/** Runs as many pictures as one engine takes. */
async function runPart(
  family: LoadedFamily,
  inputs: Tensors,
  { batch, signal }: { readonly batch: number; readonly signal: AbortSignal | undefined },
): Promise<ReadonlyMap<string, Tensor>> {
  const { path } = await family.take(batch, signal);
  return await withTemporaryFolder(async (folder) => {
    const doing = `running ${path}`;
    const given = await writeInputs(folder, inputs);
    const request = { do: 'run', engine: path, inputs: given, folder };
    const { outputs } = await family.child.ask({ doing, request, answer: ranAnswer, signal });
    return new Map(await Promise.all(outputs.map((output) => readOutput(output, doing))));
  });
}

function sliceAll(inputs: Tensors, from: number, count: number): Tensors {
  const slices = Object.entries(inputs).map(
    ([name, tensor]) => [name, sliceBatch(tensor, from, count)] as const,
  );
  return Object.fromEntries(slices);
}

async function runAll(
  family: LoadedFamily,
  path: string,
  inputs: Tensors,
  signal: AbortSignal | undefined,
): Promise<Record<string, Tensor>> {
  checkInputs(path, family.inputs, inputs);
  const total = Object.values(inputs)[0]?.shape[0] ?? 1;
  const parts: ReadonlyMap<string, Tensor>[] = [];
  let from = 0;
  for (const batch of partsOf(total, [...family.engines.keys()])) {
    const part = batch === total ? inputs : sliceAll(inputs, from, batch);
    parts.push(await runPart(family, part, { batch, signal }));
    from += batch;
  }
  const joined = family.outputs.map(({ name }) => {
    const tensors = parts.flatMap((part) => part.get(name) ?? []);
    return [name, joinBatches(tensors, total)] as const;
  });
  return Object.fromEntries(joined);
}

/** Loads an engine; of several beside it each takes its batch, and any number of pictures goes through them in parts. */
export async function loadEngine(path: string, options: OpenvinoOptions): Promise<LoadedEngine> {
  const family = await startFamily(path, options);
  return {
    inputs: family.inputs,
    outputs: family.outputs,
    run: (inputs, signal) => runAll(family, path, inputs, signal),
    close: () => family.child.close(),
  };
}
