import { ownValue } from '../../src/collections/own-value.ts';
import { headKindOf, type OutputWord } from '../../src/language/outputs.ts';
import type { Spec } from '../../src/language/spec.ts';
import type { Graph } from '../ir/graph.ts';
import { oncePer } from '../ir/once-per.ts';
import { applySteps } from './apply-steps.ts';
import { type BuiltOutput, GraphBuilder } from './graph-builder.ts';
import { type Architecture, networkParts } from './network.ts';
import { outputNames, outputOfHead } from './output-names.ts';

/** Opset of every graph unless a pass needs more: TensorRT 8.5 to 11 and onnxruntime read it. */
const opset = 13;

export interface LowerOptions {
  /** Fixed batch size, or `N` (default): any, known when the network runs. */
  readonly batch?: number | 'N' | undefined;
}

/** What lowering reads of a spec. */
export type LowerableSpec = Architecture & Pick<Spec, 'name' | 'spans'>;

function spanOf(spec: LowerableSpec, properties: readonly string[]) {
  return [...properties, 'model']
    .map((name) => ownValue(spec.spans, name))
    .find((span) => span !== undefined);
}

function lower(spec: LowerableSpec, batch: number | 'N'): Graph {
  const builder = new GraphBuilder(spec);
  const { channels, height, width } = spec.input;
  const made = new Map<OutputWord, string>();
  let value = builder.input('input', {
    dataType: 'float32',
    shape: [batch, channels, height, width],
  });
  for (const { properties, steps, output } of networkParts(spec)) {
    builder.span = spanOf(spec, properties);
    value = applySteps(builder, value, steps);
    if (output) made.set(output, value);
  }
  return builder.build(
    spec.name,
    opset,
    spec.outputs.map((word) => outputOf(spec, word, made)),
  );
}

function outputOf(
  { head }: Pick<Spec, 'head'>,
  word: OutputWord,
  made: ReadonlyMap<OutputWord, string>,
): BuiltOutput {
  const value = made.get(word);
  if (value === undefined) throw new Error(`no part makes ${word}`);
  return { value, name: word === 'answer' ? outputNames[outputOfHead[headKindOf(head)]] : word };
}

const lowerForAnyBatch = oncePer((spec: LowerableSpec) => lower(spec, 'N'));

/**
 * The network a spec describes, as trained: convolutions with batch norm, initializers named by slot and without data.
 * Input `input` [N, C, H, W]; output `logits`, or `probabilities` behind a Softmax, [N, classes]; or what the spec has in their place: `features` and
 * `embedding` [N, numbers], `c2`, `c3`, … [N, C, H, W].
 */
export function lowerSpec(spec: LowerableSpec, { batch = 'N' }: LowerOptions = {}): Graph {
  return batch === 'N' ? lowerForAnyBatch(spec) : lower(spec, batch);
}
