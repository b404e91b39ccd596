import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { inferTypes } from '../../../codegen/ir/infer-types.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { usersOf } from '../../../codegen/ir/walk.ts';
import { castFloat16 } from '../../../codegen/passes/cast-float16.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { blockOf, matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { type CastReport, runPasses } from '../../../codegen/passes/pass.ts';
import { wholeTensor } from '../../../codegen/tensors/tensor-source.ts';
import { convBatchNorm, smallGraph, sourceOf, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';
import { tensorBytes } from '../../helpers/tensors.ts';

const network = foldBatchNorm.run(
  smallGraph((builder, input) => {
    const x = convBatchNorm(builder, input, {
      name: 'conv',
      channels: 4,
      kernel: 3,
      stride: 1,
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

  it('leaves initializers of other types than float32 as they are', () => {
    const initializers = new Map(network.initializers);
    const type = { dataType: 'int64', shape: [1] } as const;
    const axes = { name: 'axes', type, source: wholeTensor('int64', [1], () => new Uint8Array(8)) };
    initializers.set('axes', axes);
    const cast = castFloat16().run({ ...network, initializers }, {});
    expect(cast.initializers.get('axes')).toBe(axes);
    expect(cast.initializers.get('conv.weight')?.type.dataType).toBe('float16');
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
    const bytes = await tensorBytes(cast.initializers.get('conv.bias')?.source);
    expect(reports).toEqual([
      { tensor: 'conv.bias', clampedCount: 2, flushedCount: 1, largest: 1e6 },
    ]);
    expect([...new Uint16Array(new Uint8Array(bytes).buffer)]).toEqual([0x7bff, 0xfbff, 0, 0x4000]);
  });
});

/** Two blocks of one stage, the second with a projection. */
const blocks = runPasses(
  lowerSpec(specOf({ stages: [2, 1], widths: [8, 16], firstShortcut: 'identity', stem: 'conv3' })),
  [foldBatchNorm, fuseResidual],
).graph;

const float16Nodes = (graph: Graph): readonly string[] => {
  const types = inferTypes(graph);
  return graph.nodes
    .filter(({ op }) => op !== 'Cast')
    .filter((node) => types.get(node.outputs[0] ?? '')?.dataType === 'float16')
    .map(({ name }) => blockOf(name));
};

describe('castFloat16 with blocks in float32', () => {
  it('casts at the edges of the block, once for both branches', () => {
    const cast = castFloat16({ keepFp32: matchLayers(['stage2/block0']) }).run(blocks, {});
    verifyGraph(cast, 'test');
    const casts = cast.nodes.filter(({ op }) => op === 'Cast');
    expect(casts.map(({ name, attributes }) => `${name} to ${attributes.to}`)).toEqual([
      'input/cast to float16',
      'stage1/block1/conv2/relu/cast to float32',
      'stage2/block0/conv2/relu/cast to float16',
      'head/fc/cast to float32',
    ]);
    const readers = usersOf(cast).get('stage1/block1/conv2/relu/cast') ?? [];
    expect(readers.map(({ name }) => name)).toEqual([
      'stage2/block0/shortcut',
      'stage2/block0/conv1',
    ]);
    expect(float16Nodes(cast)).not.toContain('stage2/block0');
  });

  it('keeps the whole block where one layer is named', () => {
    const whole = castFloat16({ keepFp32: matchLayers(['stage1/block1']) }).run(blocks, {});
    const layer = castFloat16({ keepFp32: matchLayers(['stage1/block1/conv2']) }).run(blocks, {});
    expect(printGraph(layer)).toBe(printGraph(whole));
    expect(new Set(float16Nodes(layer))).toEqual(
      new Set(['stem', 'stage1/block0', 'stage2/block0', 'head']),
    );
  });

  it('keeps the casts out of an identity shortcut', () => {
    const cast = castFloat16({ keepFp32: matchLayers(['stage1/block1']) }).run(blocks, {});
    const last = cast.nodes.find(({ name }) => name === 'stage1/block1/conv2');
    expect(last?.inputs[3]).toBe('stage1/block0/conv2/relu/cast');
  });

  it('puts no cast between neighbours that are both kept', () => {
    const cast = castFloat16({ keepFp32: matchLayers(['stage*']) }).run(blocks, {});
    verifyGraph(cast, 'test');
    expect(cast.nodes.filter(({ op }) => op === 'Cast')).toHaveLength(4);
    expect(new Set(float16Nodes(cast))).toEqual(new Set(['stem', 'head']));
  });

  it('is the float32 graph where everything is kept', () => {
    const cast = castFloat16({ keepFp32: () => true }).run(blocks, {});
    expect(printGraph(cast)).toBe(printGraph(blocks));
  });
});
