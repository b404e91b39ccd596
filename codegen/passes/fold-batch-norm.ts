/*
 * Conv → BatchNormalization becomes one Conv with bias:
 *   W′[o,…] = W[o,…] · γ[o] / √(σ²[o] + ε)
 *   b′[o]   = (b[o] − μ[o]) · γ[o] / √(σ²[o] + ε) + β[o]
 * in float64, rounded to float32 once. Not where anything else reads the convolution's output.
 */
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { editGraph, renameOutput } from '../ir/edit.ts';
import type { Graph, Initializer, Node } from '../ir/graph.ts';
import { oncePer } from '../ir/once-per.ts';
import { elementCount } from '../ir/types.ts';
import { initializerOf, inputOf, isGraphOutput, outputOf, soleUser, usersOf } from '../ir/walk.ts';
import { bytesOf, float32View } from '../weights/float-bytes.ts';
import type { TensorSource } from '../weights/tensor-source.ts';
import type { Pass } from './pass.ts';

interface BatchNorm {
  readonly scale: TensorSource;
  readonly bias: TensorSource;
  readonly mean: TensorSource;
  readonly variance: TensorSource;
  readonly epsilon: number;
}

async function readFloats(source: TensorSource): Promise<Float32Array> {
  return float32View(await source.read());
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

/**
 * Scales the values of each row in place by the factors from `first` on. The result is finite unless some product is infinite or no number, which it is
 * wherever a value was: sums in float64 cannot overflow from float32 values. There are four, so that additions do not wait for each other.
 */
function scaleRows(
  values: Float32Array,
  size: number,
  factors: Float64Array,
  first: number,
): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let start = 0, o = first; start < values.length; start += size, o++) {
    const factor = factors[o] as number;
    const end = start + size;
    let i = start;
    for (; i + 3 < end; i += 4) {
      const first = Math.fround((values[i] as number) * factor);
      const second = Math.fround((values[i + 1] as number) * factor);
      const third = Math.fround((values[i + 2] as number) * factor);
      const fourth = Math.fround((values[i + 3] as number) * factor);
      values[i] = first;
      values[i + 1] = second;
      values[i + 2] = third;
      values[i + 3] = fourth;
      a += first;
      b += second;
      c += third;
      d += fourth;
    }
    for (; i < end; i++) {
      const product = Math.fround((values[i] as number) * factor);
      values[i] = product;
      a += product;
    }
  }
  return a + b + c + d;
}

function foldedWeight(name: string, weight: TensorSource, bn: BatchNorm): TensorSource {
  const before = weight.unchecked ?? weight;
  const { readRows } = before;
  const rowLength = elementCount(weight.shape.slice(1));
  const folded = async (bytes: Uint8Array, first: number): Promise<Uint8Array> => {
    const values = float32View(bytes);
    if (!Number.isFinite(scaleRows(values, rowLength, await factorsOf(bn), first))) {
      await weight.read();
      fail('folded-weights-overflow', { tensor: name });
    }
    return bytesOf(values);
  };
  return {
    dataType: 'float32',
    shape: weight.shape,
    read: async () => folded(await before.read(), 0),
    ...(readRows && {
      readRows: async (first, count) => folded(await readRows(first, count), first),
    }),
  };
}

function foldedBias(name: string, bias: TensorSource | undefined, bn: BatchNorm): TensorSource {
  return {
    dataType: 'float32',
    shape: bn.bias.shape,
    async read() {
      const factors = await factorsOf(bn);
      const mean = await readFloats(bn.mean);
      const before = bias ? await readFloats(bias) : undefined;
      const values = await readFloats(bn.bias);
      for (let o = 0; o < values.length; o++) {
        const centred = (before?.[o] ?? 0) - (mean[o] as number);
        values[o] = centred * (factors[o] as number) + (values[o] as number);
      }
      if (!values.every(Number.isFinite)) fail('folded-weights-overflow', { tensor: name });
      return bytesOf(values);
    },
  };
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
    withSource(weight, bn && weight.source && foldedWeight(weight.name, weight.source, bn)),
    withSource(bias, bn && foldedBias(biasName, oldBias?.source, bn)),
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
      addInitializers.push(...fold(graph, conv, norm));
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
