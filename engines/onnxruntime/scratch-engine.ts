import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { writeModel } from '../../codegen/onnx/write.ts';
import { whileWriting } from '../../src/io/file-failure.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { version } from '../../src/version.ts';
import type { LoadedEngine } from '../engine.ts';
import { createOnnxruntimeEngine } from './engine.ts';
import type { Optimization } from './optimization.ts';

/** A model file that is gone after a run: neither digested nor forced to the disk. */
async function writeScratch(path: string, graph: Graph, signal?: AbortSignal): Promise<void> {
  await whileWriting(path, async () => {
    const file = await open(path, 'wx');
    const write = async (bytes: Uint8Array): Promise<void> => {
      signal?.throwIfAborted();
      await file.appendFile(bytes);
    };
    try {
      await writeModel(graph, { write }, { producerVersion: version, metadata: () => ({}) });
    } finally {
      await file.close();
    }
  });
}

export interface ScratchOptions {
  /** `disabled` computes the graph node by node, as it stands; `all` is fast. */
  readonly optimization: Optimization;
  /** Whether its threads keep their cores busy while they wait; default true. */
  readonly spinning?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work` with a graph in memory as an onnxruntime engine of this machine; nothing is left of it. */
export async function withScratchEngine<T>(
  graph: Graph,
  { optimization, spinning, signal }: ScratchOptions,
  work: (engine: LoadedEngine) => Promise<T>,
): Promise<T> {
  return await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'scratch.onnx');
    await writeScratch(path, graph, signal);
    const engine = await createOnnxruntimeEngine({ optimization, spinning }).load(path);
    try {
      return await work(engine);
    } finally {
      await engine.close();
    }
  });
}
