import { rmSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { writeModel } from '../../codegen/onnx/write.ts';
import { compareOutputs, type Verdict } from '../../engines/compare.ts';
import type { BuiltEngine, Engine, Precision, Tensor } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { onExit } from '../io/exit-cleanup.ts';
import { whileWriting } from '../io/file-failure.ts';
import { version } from '../version.ts';
import { type CompileListener, runPhase } from './phases.ts';
import type { TrainedNetwork } from './trained-network.ts';

export interface CheckOptions {
  readonly precision: Precision;
  readonly listener?: CompileListener;
  readonly signal?: AbortSignal;
}

/** Pictures of the seeded check where the batch is not fixed. */
const checkedImages = 2;
const inputSeed = 20;

/** Runs `work` with a folder of its own that is gone afterwards, whatever happens. */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rcc-'));
  const forget = onExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await work(folder);
  } finally {
    forget();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The single input and output of a network, by name. */
export function endsOf(graph: Graph): { readonly input: string; readonly output: string } {
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  if (!input || !output) throw new Error('a network has one input and one output');
  return { input: input.name, output: output.name };
}

/** The tensor of that name. */
export function pick(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`there is no tensor '${name}'`);
  return tensor;
}

/** A picture-like input that suits the network's batch. */
export function seededInputOf(graph: Graph): Tensor {
  const type = graph.inputs[0]?.type;
  if (!type) throw new Error('the network has no input');
  const batch = type.shape[0] === 'N' ? checkedImages : Number(type.shape[0]);
  return createSeededInput(type, batch, inputSeed);
}

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

/** What the network computes with its batch norms as trained, by onnxruntime with its optimisations off. */
export async function runUnfolded(
  network: TrainedNetwork,
  input: Tensor,
  signal?: AbortSignal,
): Promise<Tensor> {
  const ends = endsOf(network.graph);
  return await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'unfolded.onnx');
    await writeScratch(path, network.graph, signal);
    const reference = createOnnxruntimeEngine({ optimization: 'disabled' });
    return pick(await reference.run(path, { [ends.input]: input }, signal), ends.output);
  });
}

/** Runs an engine and the unfolded graph on the same seeded input and judges the difference. */
export async function compareWithUnfolded(
  network: TrainedNetwork,
  engine: Engine,
  built: BuiltEngine,
  { precision, listener, signal }: CheckOptions,
): Promise<Verdict> {
  return await runPhase('verify', listener, async () => {
    const input = seededInputOf(network.graph);
    const ends = endsOf(network.graph);
    const expected = await runUnfolded(network, input, signal);
    const outputs = await engine.run(built.path, { [ends.input]: input }, signal);
    const verdict = compareOutputs(pick(outputs, ends.output), expected, { precision });
    const detail = `${verdict.ok ? 'passed' : 'FAILED'} against the unfolded graph: ${verdict.reason}`;
    return { value: verdict, detail };
  });
}
