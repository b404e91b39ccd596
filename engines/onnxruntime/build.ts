import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../src/io/artifact.ts';
import { whileWriting } from '../../src/io/file-failure.ts';
import type { BuildRequest, BuiltEngine } from '../engine.ts';
import { engineFileOf } from '../engine-file.ts';
import type { OnnxruntimeFacts } from './facts.ts';
import { failFromRuntime } from './failures.ts';
import { runtimeName } from './runtime.ts';
import { type Host, needsExactInt8, runtimeOptions, stampOf } from './session.ts';
import { appendStamp } from './stamp.ts';

export const engineFileName = 'model.ort.onnx';

/** onnxruntime says only that it could not write; one more write lets the system say why. */
async function failWriting(path: string, partial: string): Promise<void> {
  await whileWriting(path, () => appendFile(partial, Buffer.alloc(1 << 20)));
}

async function optimize(
  request: BuildRequest,
  host: Host,
  paths: { path: string; partial: string },
) {
  const engine = runtimeName(host.runtime);
  const options = runtimeOptions(host, { threads: 1, optimization: 'all' });
  try {
    const session = await host.runtime.InferenceSession.create(request.modelPath, {
      ...options,
      optimizedModelFilePath: paths.partial,
    });
    await session.release();
  } catch (error) {
    if (/Protobuf serialization failed|^open file/.test(String((error as Error).message))) {
      await failWriting(paths.path, paths.partial);
    }
    failFromRuntime(error, { engine, path: request.modelPath, doing: 'build' });
  }
}

/**
 * Lets onnxruntime fuse and lay out the graph for this processor once, and keeps the result: it loads in about half the time and memory and gives
 * the same numbers. The file is bound to the kind of processor and the release (see stamp.ts).
 */
export async function buildEngine(request: BuildRequest, host: Host): Promise<BuiltEngine> {
  const startedMs = performance.now();
  const { directory, signal } = request;
  const path = join(directory, engineFileName);
  const stamp = stampOf(host);
  signal?.throwIfAborted();
  request.report?.(`${stamp.runtime} optimises the graph for ${host.processor.name}`);
  await replaceFile(path, async (partial) => {
    await optimize(request, host, { path, partial });
    await whileWriting(path, () => appendStamp(partial, stamp));
    signal?.throwIfAborted();
  });
  const facts: OnnxruntimeFacts = {
    runtime: stamp.runtime,
    processor: stamp.processor,
    processorName: host.processor.name,
    optimization: 'all',
    exactInt8: needsExactInt8(host.processor),
  };
  const { batch } = request;
  const batches = batch === undefined ? 'any' : { min: batch, opt: batch, max: batch };
  const engines = [await engineFileOf(path, batches)];
  return {
    path,
    engines,
    builtFor: host.processor.name,
    buildMs: performance.now() - startedMs,
    facts,
  };
}
