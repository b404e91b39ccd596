import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { compareOutputs, type Verdict } from '../../engines/compare.ts';
import type { BuiltEngine, Engine, Precision, Tensor } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { artifactFiles } from './artifact-files.ts';
import { pairInput } from './input-pair.ts';
import { type CompileListener, runPhase } from './phases.ts';
import type { PreparedPrecision } from './precision.ts';
import type { TrainedNetwork } from './trained-network.ts';

export interface CheckOptions {
  readonly precision: Precision;
  /** Folder of the artifact. */
  readonly directory: string;
  /** Batches that are run where the model leaves the batch free; default 2. An engine for some batches takes no others. */
  readonly verifiedBatches?: readonly number[];
  /** How the model was made: its input may have another form, and int8 is checked with pictures. */
  readonly prepared: PreparedPrecision;
  readonly listener?: CompileListener;
  readonly signal?: AbortSignal;
}

/** Pictures of the seeded check where neither model nor engine fixes the batch. */
const checkedImages = 2;
const inputSeed = 20;

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
export function seededInputOf(graph: Graph, freeBatch = checkedImages): Tensor {
  const type = graph.inputs[0]?.type;
  if (!type) throw new Error('the network has no input');
  const batch = type.shape[0] === 'N' ? freeBatch : Number(type.shape[0]);
  return createSeededInput(type, batch, inputSeed);
}

/** So many images of a sample, from its beginning and again. */
function takeImages({ dataType, shape, bytes }: Tensor, count: number): Tensor {
  const [images = 1, ...sizes] = shape;
  const size = bytes.length / images;
  const taken = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const from = (i % images) * size;
    taken.set(bytes.subarray(from, from + size), i * size);
  }
  return { dataType, shape: [count, ...sizes], bytes: taken };
}

/** What a model is checked with: a sample of its calibration, or a seeded input where there is none. */
export function checkedInputOf(
  graph: Graph,
  { sample }: PreparedPrecision,
  batch?: number,
): Tensor {
  if (!sample) return seededInputOf(graph, batch);
  const fixed = graph.inputs[0]?.type.shape[0];
  return takeImages(sample, typeof fixed === 'number' ? fixed : (batch ?? sample.shape[0] ?? 1));
}

/** What the network computes with its batch norms as trained, by onnxruntime with its optimisations off. */
export async function runUnfolded(
  network: TrainedNetwork,
  input: Tensor,
  signal?: AbortSignal,
): Promise<Tensor> {
  const ends = endsOf(network.graph);
  const options = { optimization: 'disabled', signal } as const;
  return await withScratchEngine(network.graph, options, async (engine) =>
    pick(await engine.run({ [ends.input]: input }, signal), ends.output),
  );
}

/** Of verdicts on one engine at several batch sizes, the first that is not acceptable, else the first. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  const worst = verdicts.find(({ ok }) => !ok) ?? verdicts[0];
  if (!worst) throw new Error('no batch was verified');
  return worst;
}

/** What runs here in an engine's place: the engine itself, or its model on onnxruntime where the engine is for another machine. */
function runnable(engine: Engine, built: BuiltEngine, directory: string) {
  if (!engine.buildsOnly) return { run: engine.run, path: built.path, what: 'the engine' };
  const { run } = createOnnxruntimeEngine();
  return {
    run,
    path: join(directory, artifactFiles.model),
    what: 'model.onnx on onnxruntime (the engine needs its GPU)',
  };
}

/** Runs an engine and the unfolded graph on the same seeded inputs and judges the difference; of several batches the worst counts. */
export async function compareWithUnfolded(
  network: TrainedNetwork,
  engine: Engine,
  built: BuiltEngine,
  { precision, directory, verifiedBatches, prepared, listener, signal }: CheckOptions,
): Promise<Verdict> {
  return await runPhase('verify', listener, async () => {
    const ends = endsOf(network.graph);
    const { run, path, what } = runnable(engine, built, directory);
    const verdicts: Verdict[] = [];
    for (const batch of verifiedBatches ?? [undefined]) {
      const input = checkedInputOf(network.graph, prepared, batch);
      const pair = pairInput(input, prepared.pipeline.input);
      const expected = await runUnfolded(network, pair.trained, signal);
      const outputs = await run(path, { [ends.input]: pair.engine }, signal);
      verdicts.push(compareOutputs(pick(outputs, ends.output), expected, { precision }));
    }
    const verdict = worstOf(verdicts);
    const detail = `${what} ${verdict.ok ? 'passed' : 'FAILED'} against the unfolded graph. ${verdict.reason}`;
    return { value: verdict, detail };
  });
}
