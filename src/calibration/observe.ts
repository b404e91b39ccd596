import type { Graph, Initializer } from '../../codegen/ir/graph.ts';
import { expandFusedConv } from '../../codegen/passes/expand-fused-conv.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { fusingPasses } from '../../codegen/passes/pipeline.ts';
import { freeBatch, tapValues } from '../../codegen/passes/tap-values.ts';
import { type ComputedTensor, computedTensors } from '../../codegen/quantization/tensors.ts';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { watchRows } from '../../codegen/tensors/tensor-source.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { ownValue } from '../collections/own-value.ts';
import { batchFor, type CalibrationData } from './data.ts';

/** Told what a float32 network computes, batch by batch. */
export interface Observer {
  /** Values of a tensor for one batch; the array is the observer's. What it takes time for, the next batch but one waits for. */
  onTensor(value: string, numbers: Float32Array): void | Promise<void>;
  /** Rows of a folded weight or bias, each once. */
  readonly onWeight?: ((initializer: Initializer, numbers: Float32Array) => void) | undefined;
}

/** A network whose batch norms are folded and whose convolutions are fused, in float32, for any batch. */
export function fuseNetwork(trained: Graph): Graph {
  return freeBatch(runPasses(trained, fusingPasses).graph);
}

/** The graph whose weights tell the observer when they are made. */
function watchWeights(graph: Graph, { onWeight }: Observer): Graph {
  if (!onWeight) return graph;
  const initializers = [...graph.initializers].map(([name, initializer]) => {
    const { source } = initializer;
    if (!source) return [name, initializer] as const;
    const watched = watchRows(source, (rows) => onWeight(initializer, float32View(rows)));
    return [name, { ...initializer, source: watched }] as const;
  });
  return { ...graph, initializers: new Map(initializers) };
}

/** The single input of a network. */
export function networkInput(graph: Graph) {
  const [input] = graph.inputs;
  if (!input) throw new Error('a network has an input');
  return input;
}

/**
 * Runs a fused network in float32 on onnxruntime and shows the observer its input and all tensors that it computes. Memory is bounded by the
 * activations of a batch, whatever the number of pictures. An aborted signal throws its reason.
 */
export async function observeNetwork(
  fused: Graph,
  data: CalibrationData,
  observer: Observer,
  signal?: AbortSignal,
): Promise<readonly ComputedTensor[]> {
  const tensors = computedTensors(fused);
  const taps = tapValues(tensors.map(({ value }) => value));
  const { graph } = runPasses(watchWeights(fused, observer), [expandFusedConv, taps]);
  const input = networkInput(graph);
  // An observer works beside the next run.
  const options = { optimization: 'all', spinning: false, signal } as const;
  await withScratchEngine(graph, options, async (engine) => {
    let seen: Promise<unknown> = Promise.resolve();
    for await (const batch of data.batches(batchFor(input.type), signal)) {
      signal?.throwIfAborted();
      const outputs = await engine.run({ [input.name]: batch }, signal);
      await seen;
      const watched = [observer.onTensor(input.name, float32View(batch.bytes))];
      // In graph order: of tensors that go wrong the first is the one to tell.
      for (const { value } of tensors) {
        const output = ownValue(outputs, value);
        if (!output) throw new Error(`'${value}' did not come out`);
        watched.push(observer.onTensor(value, float32View(output.bytes)));
      }
      seen = Promise.all(watched);
      // Whoever waits meets the failure.
      seen.catch(() => {});
    }
    await seen;
  });
  return tensors;
}
