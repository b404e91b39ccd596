import { rmSync } from 'node:fs';
import { mkdtemp, open, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { writeModel } from '../../codegen/onnx/write.ts';
import type { LoadedEngine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import type { Optimization } from '../../engines/onnxruntime/session.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { giveBack } from '../io/buffer-pool.ts';
import { onExit } from '../io/exit-cleanup.ts';
import { whileWriting } from '../io/file-failure.ts';
import { version } from '../version.ts';

function isNamedBy(error: unknown, folder: string): boolean {
  if (!(error instanceof DiagnosticError)) return false;
  return error.diagnostics.some(({ message, hint, details = [] }) =>
    [message, hint, ...details].some((text) => text?.includes(folder)),
  );
}

async function removeAllButLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.log')) await rm(join(folder, name), { recursive: true, force: true });
  }
  // Where no log is left, neither is the folder.
  await rmdir(folder).catch(() => {});
}

/**
 * Runs `work` with a folder of its own that is gone afterwards, whatever happens; only of a failure whose diagnostic names a file in it the logs stay,
 * so that the user can read them.
 */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await whileWriting(tmpdir(), () => mkdtemp(join(tmpdir(), 'rcc-')));
  const forget = onExit(() => rmSync(folder, { recursive: true, force: true }));
  let remove = () => rm(folder, { recursive: true, force: true });
  try {
    return await work(folder);
  } catch (error) {
    if (isNamedBy(error, folder)) remove = () => removeAllButLogs(folder);
    throw error;
  } finally {
    forget();
    await remove();
  }
}

/** A model file that is gone after a run: neither digested nor forced to the disk. */
async function writeScratch(path: string, graph: Graph, signal?: AbortSignal): Promise<void> {
  await whileWriting(path, async () => {
    const file = await open(path, 'wx');
    const write = async (bytes: Uint8Array): Promise<void> => {
      signal?.throwIfAborted();
      await file.appendFile(bytes);
      giveBack(bytes);
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
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work` with a graph in memory as an onnxruntime engine of this machine; nothing is left of it. */
export async function withScratchEngine<T>(
  graph: Graph,
  { optimization, signal }: ScratchOptions,
  work: (engine: LoadedEngine) => Promise<T>,
): Promise<T> {
  return await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'scratch.onnx');
    await writeScratch(path, graph, signal);
    const engine = await createOnnxruntimeEngine({ optimization }).load(path);
    try {
      return await work(engine);
    } finally {
      await engine.close();
    }
  });
}
