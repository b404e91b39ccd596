import type { Tensor } from 'onnxruntime-node';
import type { Graph } from '../../codegen/ir/graph.ts';
import { elementCount } from '../../codegen/ir/types.ts';
import { concatBytes } from '../../codegen/onnx/bytes.ts';
import { writeModel } from '../../codegen/onnx/write.ts';
import { loadRuntime } from '../../engines/onnxruntime/runtime.ts';
import { numbers } from './graphs.ts';

export async function modelBytes(
  graph: Graph,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(new Uint8Array(bytes)) };
  await writeModel(graph, sink, { producerVersion: '0.0.0', metadata: () => metadata });
  return concatBytes(parts);
}

/** Runs a graph on onnxruntime, its optimisations off unless asked for, and gives the values of its first output. */
export async function runGraph(
  graph: Graph,
  input?: Float32Array | Tensor,
  batch = 2,
  optimization: 'disabled' | 'all' = 'disabled',
): Promise<Float32Array> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(await modelBytes(graph), {
    graphOptimizationLevel: optimization,
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const [first] = graph.inputs;
  if (!first) throw new Error('the graph has no input');
  const shape = first.type.shape.map((dim) => (dim === 'N' ? batch : dim));
  const values = input ?? numbers(elementCount(shape), 7);
  const tensor =
    values instanceof Float32Array ? new runtime.Tensor('float32', values, shape) : values;
  const outputs = await session.run({ [first.name]: tensor });
  return outputs[graph.outputs[0]?.name ?? '']?.data as Float32Array;
}

/** Largest absolute difference. */
export function maxError(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} values against ${b.length}`);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
}
