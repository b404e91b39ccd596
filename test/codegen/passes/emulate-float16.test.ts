import { describe, expect, it } from 'vitest';
import { printGraph } from '../../../codegen/ir/print.ts';
import { elementCount } from '../../../codegen/ir/types.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { castFloat16 } from '../../../codegen/passes/cast-float16.ts';
import { emulateFloat16 } from '../../../codegen/passes/emulate-float16.ts';
import { expandFusedConv } from '../../../codegen/passes/expand-fused-conv.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { roundWeights } from '../../../codegen/passes/round-weights.ts';
import { tapValues } from '../../../codegen/passes/tap-values.ts';
import { fromFloat16Bits, toFloat16Bits } from '../../../codegen/tensors/float16.ts';
import { convBatchNorm, numbers, smallGraph, sourceOf, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { floatsOf } from '../../helpers/tensors.ts';

/** stage1/block0 reads what the stem makes and adds to it; the head only flattens. */
const network = withNumbers(
  smallGraph((builder, input) => {
    const conv = { channels: 4, kernel: 3, stride: 1 } as const;
    const x = convBatchNorm(builder, input, { ...conv, name: 'stem/conv1', relu: true });
    const y = convBatchNorm(builder, x, { ...conv, name: 'stage1/block0/conv1', relu: false });
    const sum = builder.node('Add', 'stage1/block0/conv1/add', [y, x]);
    const relu = builder.node('Relu', 'stage1/block0/conv1/relu', [sum]);
    return builder.node('Flatten', 'head/flatten', [relu], { axis: 1 });
  }),
);
const fused = runPasses(network, [foldBatchNorm, fuseResidual]).graph;
const typed = castFloat16().run(fused, {});
const emulated = emulateFloat16.run(typed, {});

const rounded = (values: Float32Array): Float32Array =>
  values.map((value) => fromFloat16Bits(toFloat16Bits(value)));
const isRounded = (values: Float32Array): boolean => maxError(values, rounded(values)) === 0;

describe('emulateFloat16', () => {
  it('rounds what each fused node makes, and nothing within one', () => {
    verifyGraph(emulated, 'test');
    expect(printGraph(emulated)).toMatchInlineSnapshot(`
      "graph small opset=13 (input: float32[N,3,8,8]) -> (logits: float32[N,256]) {
        input/cast: float16[N,3,8,8] = Cast(input) to=float16
        input/cast/rounded: float32[N,3,8,8] = Cast(input/cast) to=float32
        stem/conv1/relu/exact: float32[N,4,8,8] = @stem/conv1 FusedConv(input/cast/rounded, stem/conv1.weight: float32[4,3,3,3], stem/conv1.bias: float32[4]) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1] activation=Relu
        stem/conv1/relu: float16[N,4,8,8] = @stem/conv1/relu/half Cast(stem/conv1/relu/exact) to=float16
        stem/conv1/relu/rounded: float32[N,4,8,8] = Cast(stem/conv1/relu) to=float32
        stage1/block0/conv1/relu/exact: float32[N,4,8,8] = @stage1/block0/conv1 FusedConv(stem/conv1/relu/rounded, stage1/block0/conv1.weight: float32[4,4,3,3], stage1/block0/conv1.bias: float32[4], stem/conv1/relu/rounded) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1] activation=Relu
        stage1/block0/conv1/relu: float16[N,4,8,8] = @stage1/block0/conv1/relu/half Cast(stage1/block0/conv1/relu/exact) to=float16
        stage1/block0/conv1/relu/cast: float32[N,4,8,8] = Cast(stage1/block0/conv1/relu) to=float32
        logits: float32[N,256] = @head/flatten Flatten(stage1/block0/conv1/relu/cast) axis=1
      }
      "
    `);
  });

  it('rounds on onnxruntime at every level of optimisation: casts to float16 and back are not taken out', async () => {
    const { graph } = runPasses(emulated, [
      expandFusedConv,
      tapValues(['stem/conv1/relu/rounded']),
    ]);
    const last = { ...graph, outputs: graph.outputs.slice(1) };
    for (const optimization of ['disabled', 'all'] as const) {
      const values = await runGraph(last, undefined, 2, optimization);
      expect(isRounded(values)).toBe(true);
      expect(new Set(values).size).toBeGreaterThan(100);
    }
    const exact = runPasses(fused, [expandFusedConv, tapValues(['stem/conv1/relu'])]).graph;
    expect(isRounded(await runGraph({ ...exact, outputs: exact.outputs.slice(1) }))).toBe(false);
  });

  it('computes the numbers of the definition: float16 in, float32 inside, float16 out', async () => {
    const input = numbers(2 * 3 * 64, 7);
    const weights = runPasses(fused, [roundWeights(), expandFusedConv]).graph;
    const stem = runPasses(weights, [tapValues(['stem/conv1/relu'])]).graph;
    const first = rounded(
      await runGraph({ ...stem, outputs: stem.outputs.slice(1) }, rounded(input)),
    );
    const block = {
      ...weights,
      inputs: [
        { name: 'stem/conv1/relu', type: { dataType: 'float32', shape: ['N', 4, 8, 8] } },
      ] as const,
      nodes: weights.nodes.filter(({ name }) => !name.startsWith('stem')),
      initializers: new Map(
        [...weights.initializers].filter(([name]) => name.startsWith('stage1')),
      ),
    };
    const expected = rounded(await runGraph(block, first));
    expect(maxError(await runGraph(expandFusedConv.run(emulated, {}), input), expected)).toBe(0);
  });

  it('differs from the rounding of weights alone', async () => {
    const weights = await runGraph(runPasses(fused, [roundWeights(), expandFusedConv]).graph);
    const both = await runGraph(expandFusedConv.run(emulated, {}));
    expect(maxError(weights, both)).toBeGreaterThan(1e-5);
    expect(maxError(weights, both)).toBeLessThan(0.01);
  });

  it('leaves blocks in float32 that the typed graph has in float32', () => {
    const keepFp32 = matchLayers(['stage1/block0']);
    const { graph } = runPasses(fused, [castFloat16({ keepFp32 }), emulateFloat16]);
    const names = graph.nodes.map(({ name }) => name);
    expect(names).toContain('stem/conv1/relu/half');
    expect(names).not.toContain('stage1/block0/conv1/relu/half');
  });

  it('overflows to infinity, as a float16 device does', async () => {
    const initializers = new Map(fused.initializers);
    for (const name of ['stem/conv1.weight', 'stem/conv1.bias']) {
      const initializer = initializers.get(name);
      if (!initializer) throw new Error(`no ${name}`);
      const shape = initializer.type.shape.map(Number);
      const source = sourceOf(new Float32Array(elementCount(shape)).fill(6e4), shape);
      initializers.set(name, { ...initializer, source });
    }
    const large = { ...fused, initializers };
    const { graph } = runPasses(large, [castFloat16(), emulateFloat16, expandFusedConv]);
    const values = await runGraph(graph, new Float32Array(3 * 64).fill(1), 1);
    expect(values.some((value) => !Number.isFinite(value))).toBe(true);
  });

  it('keeps the numbers of initializers that the typed graph has in float32', async () => {
    const keepFp32 = matchLayers(['stage1/block0']);
    const { graph } = runPasses(fused, [castFloat16({ keepFp32 }), emulateFloat16]);
    const numbersOf = (one: typeof graph, name: string) =>
      floatsOf(one.initializers.get(name)?.source);
    const kept = 'stage1/block0/conv1.weight';
    expect(await numbersOf(graph, kept)).toEqual(await numbersOf(fused, kept));
    const cast = 'stem/conv1.weight';
    expect(await numbersOf(graph, cast)).toEqual(rounded(await numbersOf(fused, cast)));
  });

  it('widens a float16 input once', () => {
    const half = {
      ...typed.inputs[0],
      name: 'input',
      type: { dataType: 'float16', shape: ['N', 3, 8, 8] },
    } as const;
    const nodes = castFloat16().run({ ...fused, inputs: [half] }, {});
    const graph = emulateFloat16.run(nodes, {});
    verifyGraph(graph, 'test');
    expect(graph.nodes.slice(0, 2).map(({ name, op, inputs }) => [name, op, inputs[0]])).toEqual([
      ['input/rounded', 'Cast', 'input'],
      ['stem/conv1', 'FusedConv', 'input/rounded'],
    ]);
  });
});
