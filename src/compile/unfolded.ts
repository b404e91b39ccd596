import type { Graph } from '../../codegen/ir/graph.ts';
import { freeBatch, tapValues } from '../../codegen/passes/tap-values.ts';
import type { Tensor, Tensors } from '../../engines/engine.ts';
import { hasFewClasses } from '../../engines/logit-unit.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { ownValue } from '../collections/own-value.ts';
import { tellsClasses } from '../language/outputs.ts';
import { findTerms, termSizeOf } from './term-size.ts';
import type { TrainedNetwork } from './trained-network.ts';

/** The single input of a network, by name. */
export function inputNameOf({ inputs: [input] }: Pick<Graph, 'inputs'>): string {
  if (!input) throw new Error('a network has an input');
  return input.name;
}

/** The tensor of that name. */
export function pick(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = ownValue(tensors, name);
  if (!tensor) throw new Error(`there is no tensor '${name}'`);
  return tensor;
}

/** What a network answers, and what its answers are to be measured in. */
export interface UnfoldedAnswer {
  /** What leaves it, by name. */
  readonly answers: Tensors;
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
  const terms = tellsClasses(spec) && hasFewClasses(spec.classes) ? findTerms(unfolded) : undefined;
  const tapped = terms ? tapValues([terms.features]).run(unfolded, {}) : unfolded;
  const options = { optimization: 'disabled', signal } as const;
  return await withScratchEngine(tapped, options, async (engine) => {
    const answers = await engine.run({ [inputNameOf(unfolded)]: input }, signal);
    if (!terms) return { answers };
    return { answers, termSize: await termSizeOf(terms, pick(answers, terms.features)) };
  });
}
