/*
 * Conv → BatchNormalization becomes one Conv with bias:
 *   W′[o,…] = W[o,…] · γ[o] / √(σ²[o] + ε)
 *   b′[o]   = (b[o] − μ[o]) · γ[o] / √(σ²[o] + ε) + β[o]
 * in float64, rounded to float32 once. Not where anything else reads the convolution's output.
 */
import { append } from '../../src/collections/append.ts';
import { editGraph, renameOutput } from '../ir/edit.ts';
import type { Graph, Initializer, Node } from '../ir/graph.ts';
import { oncePer } from '../ir/once-per.ts';
import { initializerOf, inputOf, isGraphOutput, outputOf, soleUser, usersOf } from '../ir/walk.ts';
import { bytesOf, float32View } from '../tensors/float-bytes.ts';
import {
  mapRows,
  readAll,
  rowBytesOf,
  type TensorSource,
  wholeTensor,
} from '../tensors/tensor-source.ts';
import type { Pass } from './pass.ts';

interface BatchNorm {
  readonly scale: TensorSource;
  readonly bias: TensorSource;
  readonly mean: TensorSource;
  readonly variance: TensorSource;
  readonly epsilon: number;
}

async function readFloats(source: TensorSource): Promise<Float32Array> {
  return float32View(await readAll(source));
}

/** γ/√(σ²+ε), in float64. */
const factorsOf = oncePer(
  async ({ scale, variance, epsilon }: BatchNorm): Promise<Float64Array> => {
    const gamma = await readFloats(scale);
    const sigma2 = await readFloats(variance);
    const factors = new Float64Array(gamma.length);
    for (let o = 0; o < factors.length; o++) {
      factors[o] = (gamma[o] as number) / Math.sqrt((sigma2[o] as number) + epsilon);
    }
    return factors;
  },
);

/** Each row times its factor, four numbers a turn; `factors` begins with the first row's. */
function scaleRows(values: Float32Array, factors: Float64Array, into: Float32Array): void {
  const size = values.length / factors.length;
  for (let o = 0, i = 0; o < factors.length; o++) {
    const factor = factors[o] as number;
    const end = i + size;
    for (; i + 3 < end; i += 4) {
      into[i] = (values[i] as number) * factor;
      into[i + 1] = (values[i + 1] as number) * factor;
      into[i + 2] = (values[i + 2] as number) * factor;
      into[i + 3] = (values[i + 3] as number) * factor;
    }
    for (; i < end; i++) into[i] = (values[i] as number) * factor;
  }
}

function foldedWeight(weight: TensorSource, bn: BatchNorm): TensorSource {
  const { shape } = weight;
  const rowBytes = rowBytesOf(weight);
  return mapRows(weight, { dataType: 'float32', shape }, async () => {
    const factors = await factorsOf(bn);
    return {
      map(from, into, first) {
        const here = factors.subarray(first, first + from.byteLength / rowBytes);
        scaleRows(float32View(from), here, float32View(into));
      },
    };
  });
}

function foldedBias(bias: TensorSource | undefined, bn: BatchNorm): TensorSource {
  return wholeTensor('float32', bn.bias.shape, async () => {
    const factors = await factorsOf(bn);
    const mean = await readFloats(bn.mean);
    const before = bias && (await readFloats(bias));
    const beta = await readFloats(bn.bias);
    return bytesOf(
      beta.map((shift, o) => {
        const centred = (before?.[o] ?? 0) - (mean[o] as number);
        return centred * (factors[o] as number) + shift;
      }),
    );
  });
}

function batchNormOf(graph: Graph, node: Node): BatchNorm | undefined {
  const [scale, bias, mean, variance] = node.inputs
    .slice(1)
    .map((name) => initializerOf(graph, name).source);
  if (!(scale && bias && mean && variance)) return undefined;
  return { scale, bias, mean, variance, epsilon: Number(node.attributes.epsilon) };
}

function withSource(initializer: Initializer, source: TensorSource | undefined): Initializer {
  return source ? { ...initializer, source } : initializer;
}

function fold(graph: Graph, conv: Node, norm: Node): readonly Initializer[] {
  const weight = initializerOf(graph, conv.inputs[1]);
  const oldBias = conv.inputs[2] === undefined ? undefined : initializerOf(graph, conv.inputs[2]);
  const bn = batchNormOf(graph, norm);
  const biasName = `${conv.name}.bias`;
  const bias = { name: biasName, type: initializerOf(graph, norm.inputs[2]).type };
  return [
    withSource(weight, bn && weight.source && foldedWeight(weight.source, bn)),
    withSource(bias, bn && foldedBias(oldBias?.source, bn)),
  ];
}

export const foldBatchNorm: Pass = {
  name: 'foldBatchNorm',
  run(graph) {
    const users = usersOf(graph);
    const replaceNodes = new Map<string, readonly Node[]>();
    const renameValues = new Map<string, string>();
    const addInitializers: Initializer[] = [];
    const removeInitializers = new Set<string>();
    for (const conv of graph.nodes) {
      const norm = conv.op === 'Conv' ? soleUser(graph, users, outputOf(conv)) : undefined;
      if (norm?.op !== 'BatchNormalization') continue;
      append(addInitializers, fold(graph, conv, norm));
      for (const name of norm.inputs.slice(1)) removeInitializers.add(name);
      const inputs = [inputOf(conv, 0), inputOf(conv, 1), `${conv.name}.bias`];
      const leaves = isGraphOutput(graph, outputOf(norm));
      const output = outputOf(leaves ? norm : conv);
      replaceNodes.set(conv.name, [renameOutput({ ...conv, inputs }, output)]);
      replaceNodes.set(norm.name, []);
      if (!leaves) renameValues.set(outputOf(norm), output);
    }
    return editGraph(graph, { replaceNodes, renameValues, addInitializers, removeInitializers });
  },
};
