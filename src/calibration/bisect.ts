/*
 * Where a network's precision is lost: the same input goes through the network as trained and through each of its forms, node by node on
 * onnxruntime, and every tensor is compared with what it should be.
 */

import type { Graph, Node } from '../../codegen/ir/graph.ts';
import { outputOf, usersOf } from '../../codegen/ir/walk.ts';
import { expandFusedConv } from '../../codegen/passes/expand-fused-conv.ts';
import { noLayer } from '../../codegen/passes/layer-filter.ts';
import { type Pass, runPasses } from '../../codegen/passes/pass.ts';
import { type PipelineOptions, passesFor } from '../../codegen/passes/pipeline.ts';
import { roundWeights } from '../../codegen/passes/round-weights.ts';
import { freeBatch, tapValues } from '../../codegen/passes/tap-values.ts';
import { precisionRow, referencePrecision } from '../../codegen/precisions.ts';
import { computedTensors } from '../../codegen/quantization/tensors.ts';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import type { Precision, Tensor } from '../../engines/engine.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { countNonFinite } from '../../engines/tensor-values.ts';
import { relativeErrorOf } from '../../engines/vectors.ts';
import { ownValue } from '../collections/own-value.ts';
import { fuseNetwork, networkInput } from './observe.ts';

/** A form of the network, and how far its tensors may be from those of the network as trained. */
interface Stage {
  readonly name: string;
  readonly precision: Precision;
  readonly passes: readonly Pass[];
}

/** How far a tensor is from what it should be, or how many of its values are NaN or infinite: then there is no error. */
export type TensorError = {
  /** Node that makes the tensor. */
  readonly node: string;
} & (
  | { readonly error: number; readonly nonFinite?: never }
  | { readonly error?: never; readonly nonFinite: number }
);

export interface StageReport {
  /** The form; `as trained` where the network itself computes NaN or infinity: its forms then have nothing to be compared with. */
  readonly stage: string;
  readonly precision: Precision;
  readonly bound: number;
  /** A tensor that is not finite counts as the largest error of all. */
  readonly largest: TensorError;
  /** The first node out of bounds, in graph order; its span leads to the .rn file. */
  readonly first?: LocatedError;
}

/** How the model's graph is made: its forms are looked at, beside the folded one. */
export interface BisectOptions extends PipelineOptions {
  readonly signal?: AbortSignal | undefined;
}

const float16Stage = 'float16 weights and activations';

/**
 * The passes to what is written, on any processor. The head stays as it was lowered and input and output as they are, so that every tensor has one of the
 * trained network to be compared with.
 */
function comparablePasses(options: PipelineOptions): readonly Pass[] {
  return passesFor({
    ...options,
    head: undefined,
    input: undefined,
    output: undefined,
    emulation: true,
  });
}

function stagesOf(options: PipelineOptions): readonly Stage[] {
  const { precision, keepFp32 = noLayer, int8Form } = options;
  const { isNarrowFloat, quantizers } = precisionRow(precision);
  const folded = { precision: referencePrecision };
  const stages: Stage[] = [
    { name: 'batch norms folded', ...folded, passes: comparablePasses(folded) },
  ];
  if (precision === referencePrecision) return stages;
  if (isNarrowFloat) {
    const passes = [roundWeights({ keepFp32 }), expandFusedConv];
    stages.push({ name: 'float16 weights', precision, passes });
  }
  const name = quantizers ? (int8Form ?? quantizers).name : float16Stage;
  return [...stages, { name, precision, passes: comparablePasses(options) }];
}

/** Names, in the network as trained, of the tensors of the fused one: a folded convolution's is its batch norm's. */
function trainedName(value: string, users: ReadonlyMap<string, readonly Node[]>): string {
  const [reader] = users.get(value) ?? [];
  return reader?.op === 'BatchNormalization' ? outputOf(reader) : value;
}

/** A tensor in a stage's graph: emulated float16 ones are read behind their rounding. */
function stagedName(value: string, graph: Graph): string {
  const rounded = `${value}/rounded`;
  return graph.nodes.some((node) => node.outputs.includes(rounded)) ? rounded : value;
}

type Values = ReadonlyMap<string, Float32Array>;

/** What a graph computes for an input, by name; `names` gives each tensor's name in the graph. */
async function runTapped(
  graph: Graph,
  names: ReadonlyMap<string, string>,
  input: Tensor,
  signal: AbortSignal | undefined,
): Promise<Values> {
  const tapped = runPasses(graph, [tapValues([...new Set(names.values())])]).graph;
  return await withScratchEngine(tapped, { optimization: 'disabled', signal }, async (engine) => {
    const outputs = await engine.run({ [networkInput(graph).name]: input }, signal);
    return new Map(
      [...names].map(([value, name]) => [
        value,
        float32View(ownValue(outputs, name)?.bytes ?? new Uint8Array()),
      ]),
    );
  });
}

export type LocatedError = TensorError & Pick<Node, 'span'>;

function errorOf(
  { name: node, span }: Node,
  actual: Float32Array,
  expected: Float32Array,
): LocatedError {
  const nonFinite = countNonFinite(actual);
  const at = { node, ...(span ? { span } : {}) };
  return nonFinite > 0 ? { ...at, nonFinite } : { ...at, error: relativeErrorOf(actual, expected) };
}

function firstImage({ dataType, shape, bytes }: Tensor): Tensor {
  const [images = 1, ...rest] = shape;
  return { dataType, shape: [1, ...rest], bytes: bytes.slice(0, bytes.length / images) };
}

/** Compares each form of a network with the network as trained, tensor by tensor, for the first picture of an input. */
export async function bisect(
  trained: Graph,
  input: Tensor,
  options: BisectOptions,
): Promise<readonly StageReport[]> {
  const { signal } = options;
  const picture = firstImage(input);
  const original = freeBatch(trained);
  const users = usersOf(original);
  const fused = fuseNetwork(trained);
  const tensors = computedTensors(fused);
  const trainedNames = new Map(tensors.map(({ value }) => [value, trainedName(value, users)]));
  const expected = await runTapped(original, trainedNames, picture, signal);
  const errorsOf = (values: Values) =>
    tensors.map(({ value, node }) =>
      errorOf(node, values.get(value) as Float32Array, expected.get(value) as Float32Array),
    );
  const own = reportStage('as trained', referencePrecision, errorsOf(expected));
  if (own.first) return [own];
  const reports: StageReport[] = [];
  for (const { name, precision, passes } of stagesOf(options)) {
    const { graph } = runPasses(fused, passes);
    const names = new Map(tensors.map(({ value }) => [value, stagedName(value, graph)]));
    const actual = await runTapped(graph, names, picture, signal);
    reports.push(reportStage(name, precision, errorsOf(actual)));
  }
  return reports;
}

function reportStage(
  stage: string,
  precision: Precision,
  errors: readonly LocatedError[],
): StageReport {
  const bound = precisionRow(precision).tensorError;
  const sizeOf = ({ error = Number.POSITIVE_INFINITY }: TensorError): number => error;
  const first = errors.find((each) => sizeOf(each) > bound);
  const { span: _, ...largest } = errors.reduce((most, each) =>
    sizeOf(each) > sizeOf(most) ? each : most,
  );
  return { stage, precision, bound, largest, ...(first ? { first } : {}) };
}
