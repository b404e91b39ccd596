import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { expectDiagnostic } from '../../helpers/byte-sources.ts';
import { convBatchNorm, smallGraph, sourceOf, withNumbers } from '../../helpers/graphs.ts';
import { maxError, modelBytes, runGraph } from '../../helpers/run-graph.ts';
import { floatsOf, tensorBytes } from '../../helpers/tensors.ts';

const conv = { name: 'conv', channels: 4, kernel: 3, stride: 1, relu: false } as const;

const matching = smallGraph((builder, input) => convBatchNorm(builder, input, conv));

/** The convolution's output is read twice: by its batch norm and by an Add. */
const shared = smallGraph((builder, input) => {
  const normalized = convBatchNorm(builder, input, conv);
  return builder.node('Add', 'add', [normalized, 'conv']);
});

/** The graph with a bias [4] for its convolution, as some trained networks have one before their batch norm. */
function withBias(graph: Graph, values: Float32Array): Graph {
  const type = { dataType: 'float32', shape: [4] } as const;
  const bias = { name: 'conv.given', type, source: sourceOf(values, [4]) };
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      node.op === 'Conv' ? { ...node, inputs: [...node.inputs, bias.name] } : node,
    ),
    initializers: new Map(graph.initializers).set(bias.name, bias),
  };
}

describe('foldBatchNorm', () => {
  it('makes Conv and BatchNormalization one Conv with bias', () => {
    const folded = foldBatchNorm.run(matching, {});
    verifyGraph(folded, 'test');
    expect(printGraph(folded)).toMatchInlineSnapshot(`
      "graph small opset=13 (input: float32[N,3,8,8]) -> (logits: float32[N,4,8,8]) {
        logits: float32[N,4,8,8] = @conv Conv(input, conv.weight: float32[4,3,3,3], conv.bias: float32[4]) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1]
      }
      "
    `);
  });

  it('leaves a convolution alone whose output something else reads', () => {
    expect(foldBatchNorm.run(shared, {})).toBe(shared);
  });

  it('gives the same graph object where nothing matches', () => {
    const folded = foldBatchNorm.run(matching, {});
    expect(foldBatchNorm.run(folded, {})).toBe(folded);
  });

  it('computes what the two nodes computed', async () => {
    const bound = withNumbers(matching);
    const before = await runGraph(bound);
    const after = await runGraph(foldBatchNorm.run(bound, {}));
    expect(maxError(before, after)).toBeLessThan(1e-6);
    expect(before.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });

  it('rounds once: the folded weight is the float64 product as float32', async () => {
    const bound = withNumbers(matching, 5);
    const values = async (graph: Graph, name: string): Promise<Float32Array> =>
      float32View(await tensorBytes(graph.initializers.get(name)?.source));
    const weight = await values(bound, 'conv.weight');
    const scale = await values(bound, 'conv/bn.scale');
    const variance = await values(bound, 'conv/bn.var');
    const folded = await values(foldBatchNorm.run(bound, {}), 'conv.weight');
    const size = weight.length / scale.length;
    const expected = weight.map((value, i) => {
      const o = Math.floor(i / size);
      return value * ((scale[o] ?? 0) / Math.sqrt((variance[o] ?? 0) + 1e-5));
    });
    expect(folded).toEqual(expected);
  });

  it('takes the bias of a convolution along', async () => {
    const biased = withBias(withNumbers(matching, 3), Float32Array.of(0.5, -2, 0.25, 3));
    const folded = foldBatchNorm.run(biased, {});
    const before = await runGraph(biased);
    expect(maxError(before, await runGraph(folded))).toBeLessThan(1e-5);
    // The bias counts: without it the network computes something else.
    expect(maxError(before, await runGraph(withNumbers(matching, 3)))).toBeGreaterThan(0.1);
  });

  it('computes the folded bias in float64: (b − μ) · γ / √(σ² + ε) + β', async () => {
    const given = Float32Array.of(0.5, -2, 0.25, 3);
    const biased = withBias(withNumbers(matching, 3), given);
    const values = (graph: Graph, name: string) => floatsOf(graph.initializers.get(name)?.source);
    const scale = await values(biased, 'conv/bn.scale');
    const mean = await values(biased, 'conv/bn.mean');
    const variance = await values(biased, 'conv/bn.var');
    const shift = await values(biased, 'conv/bn.bias');
    const expected = given.map(
      (b, o) =>
        (b - (mean[o] as number)) *
          ((scale[o] as number) / Math.sqrt((variance[o] as number) + 1e-5)) +
        (shift[o] as number),
    );
    expect(await values(foldBatchNorm.run(biased, {}), 'conv.bias')).toEqual(expected);
  });

  it('gives infinities where weights overflow float32, for the writer to refuse', async () => {
    const bound = withNumbers(matching);
    const huge = new Map(bound.initializers);
    const scale = huge.get('conv/bn.scale');
    if (!scale) throw new Error('no scale');
    huge.set('conv/bn.scale', { ...scale, source: sourceOf(new Float32Array(4).fill(3e38), [4]) });
    const variance = huge.get('conv/bn.var');
    if (!variance) throw new Error('no variance');
    huge.set('conv/bn.var', { ...variance, source: sourceOf(new Float32Array(4), [4]) });
    const folded = foldBatchNorm.run({ ...bound, initializers: huge }, {});
    const { message } = await expectDiagnostic(() => modelBytes(folded), 'tensor-not-finite');
    expect(message).toContain("'conv.weight' would be written with NaN or infinity (element ");
  });
});
