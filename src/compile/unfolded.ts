import type { Graph } from '../../codegen/ir/graph.ts';
import { freeBatch, tapValues } from '../../codegen/passes/tap-values.ts';
import type { Tensor } from '../../engines/engine.ts';
import { hasFewClasses } from '../../engines/logit-unit.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { ownValue } from '../collections/own-value.ts';
import { findTerms, termSizeOf } from './term-size.ts';
import type { TrainedNetwork } from './trained-network.ts';

/** The single input and output of a network, by name. */
export function endsOf(graph: Graph): { readonly input: string; readonly output: string } {
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  if (!input || !output) throw new Error('a network has one input and one output');
  return { input: input.name, output: output.name };
}

/** The tensor of that name. */
export function pick(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = ownValue(tensors, name);
  if (!tensor) throw new Error(`there is no tensor '${name}'`);
  return tensor;
}

/** What a network answers, and what its answers are to be measured in. */
export interface UnfoldedAnswer {
  /** [N, classes] */
  readonly logits: Tensor;
  /** Where classes are few: see `unitOf`. */
  readonly termSize?: number;
}

/** What the network computes with its batch norms as trained, by onnxruntime with its optimisations off. */
export async function runUnfolded(
  { spec, graph }: TrainedNetwork,
  input: Tensor,
  signal?: AbortSignal,
): Promise<UnfoldedAnswer> {
  const unfolded = freeBatch(graph);
  const terms = hasFewClasses(spec.classes) ? findTerms(unfolded) : undefined;
  const tapped = terms ? tapValues([terms.features]).run(unfolded, {}) : unfolded;
  const ends = endsOf(unfolded);
  const options = { optimization: 'disabled', signal } as const;
  return await withScratchEngine(tapped, options, async (engine) => {
    const outputs = await engine.run({ [ends.input]: input }, signal);
    const logits = pick(outputs, ends.output);
    if (!terms) return { logits };
    return { logits, termSize: await termSizeOf(terms, pick(outputs, terms.features)) };
  });
}
