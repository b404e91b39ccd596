import type { Graph } from '../../codegen/ir/graph.ts';
import { compareOutputs, type Verdict } from '../../engines/compare.ts';
import type { BuiltEngine, Engine, Precision, Tensor } from '../../engines/engine.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { type CompileListener, runPhase } from './phases.ts';
import { withScratchEngine } from './scratch.ts';
import type { TrainedNetwork } from './trained-network.ts';

export interface CheckOptions {
  readonly precision: Precision;
  readonly listener?: CompileListener;
  readonly signal?: AbortSignal;
}

/** Pictures of the seeded check where the batch is not fixed. */
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
export function seededInputOf(graph: Graph): Tensor {
  const type = graph.inputs[0]?.type;
  if (!type) throw new Error('the network has no input');
  const batch = type.shape[0] === 'N' ? checkedImages : Number(type.shape[0]);
  return createSeededInput(type, batch, inputSeed);
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
