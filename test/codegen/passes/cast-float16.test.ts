import { describe, expect, it } from 'vitest';
import { printGraph } from '../../../codegen/ir/print.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { castFloat16 } from '../../../codegen/passes/cast-float16.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import type { CastReport } from '../../../codegen/passes/pass.ts';
import { smallGraph, sourceOf, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';

const place = { kind: 'stem', index: 0, count: 1 } as const;
const network = foldBatchNorm.run(
  smallGraph((builder, input) => {
    const x = builder.convBatchNorm(input, {
      name: 'conv',
      channels: 4,
      kernel: 3,
      stride: 1,
      place,
      relu: true,
    });
    const pooled = builder.node('GlobalAveragePool', 'head/pool', [x]);
    return builder.node('Flatten', 'head/flatten', [pooled], { axis: 1 });
  }),
  {},
);

describe('castFloat16', () => {
  it('puts one Cast at each end and none inside', () => {
    const cast = castFloat16().run(network, {});
    verifyGraph(cast, 'test');
    expect(printGraph(cast)).toMatchInlineSnapshot(`
      "graph small opset=13 (input: float32[N,3,8,8]) -> (logits: float32[N,4]) {
        input/cast: float16[N,3,8,8] = Cast(input) to=float16
        conv: float16[N,4,8,8] = Conv(input/cast, conv.weight: float16[4,3,3,3], conv.bias: float16[4]) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1]
        conv/relu: float16[N,4,8,8] = Relu(conv)
        head/pool: float16[N,4,1,1] = GlobalAveragePool(conv/relu)
        head/flatten: float16[N,4] = Flatten(head/pool) axis=1
        logits: float32[N,4] = @head/flatten/cast Cast(head/flatten) to=float32
      }
      "
    `);
  });

  it('keeps Softmax in float32', () => {
    const softmax = smallGraph((builder, input) => {
      const flat = builder.node('Flatten', 'flatten', [input], { axis: 1 });
      return builder.node('Softmax', 'softmax', [flat], { axis: 1 });
    });
    const cast = castFloat16().run(softmax, {});
    verifyGraph(cast, 'test');
    expect(cast.nodes.map((node) => node.op)).toEqual(['Cast', 'Flatten', 'Cast', 'Softmax']);
  });

  it('keeps the numbers to float16', async () => {
    const bound = withNumbers(network);
    const error = maxError(await runGraph(bound), await runGraph(castFloat16().run(bound, {})));
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(2e-3);
  });

  it('reports values that float16 cannot hold, when the bytes are made', async () => {
    const initializers = new Map(network.initializers);
    const bias = initializers.get('conv.bias');
    if (!bias) throw new Error('no bias');
    const values = Float32Array.of(1e6, -7e4, 1e-9, 2);
    initializers.set('conv.bias', { ...bias, source: sourceOf(values, [4]) });
    const reports: CastReport[] = [];
    const context = { reportCast: (report: CastReport) => void reports.push(report) };
    const cast = castFloat16().run({ ...network, initializers }, context);
    expect(reports).toEqual([]);
    const bytes = (await cast.initializers.get('conv.bias')?.source?.read()) ?? new Uint8Array();
    expect(reports).toEqual([
      { tensor: 'conv.bias', clampedCount: 2, flushedCount: 1, largest: 1e6 },
    ]);
    expect([...new Uint16Array(new Uint8Array(bytes).buffer)]).toEqual([0x7bff, 0xfbff, 0, 0x4000]);
  });
});
