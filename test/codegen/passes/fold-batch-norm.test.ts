import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { float32View } from '../../../codegen/weights/float-bytes.ts';
import { expectDiagnostic } from '../../helpers/byte-sources.ts';
import { smallGraph, sourceOf, withNumbers } from '../../helpers/graphs.ts';
import { maxError, modelBytes, runGraph } from '../../helpers/run-graph.ts';
import { tensorBytes } from '../../helpers/tensors.ts';

const place = { kind: 'stem', index: 0, count: 1 } as const;
const conv = { name: 'conv', channels: 4, kernel: 3, stride: 1, place, relu: false } as const;

const matching = smallGraph((builder, input) => builder.convBatchNorm(input, conv));

/** The convolution's output is read twice: by its batch norm and by an Add. */
const shared = smallGraph((builder, input) => {
  const normalized = builder.convBatchNorm(input, conv);
  return builder.node('Add', 'add', [normalized, 'conv']);
});

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
