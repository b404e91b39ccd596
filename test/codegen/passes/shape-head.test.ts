import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { castFloat16 } from '../../../codegen/passes/cast-float16.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { asLowered, type HeadForm, shapeHead } from '../../../codegen/passes/shape-head.ts';
import { smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';
import { formFor } from '../../helpers/targets.ts';

const layers = ['gemm', 'conv1x1', 'conv-before-pool', 'mul-sum'] as const;
const pools = ['GlobalAveragePool', 'AveragePool'] as const;
const forms: readonly HeadForm[] = layers.flatMap((layer) =>
  pools.map((pool) => ({ layer, pool })),
);

const headOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /head\/|logits/.test(line))
    .join('\n');

describe('shapeHead', () => {
  it.each(forms)('writes $layer with $pool, legal and with the same numbers', async (form) => {
    const input = { channels: 3, height: 64, width: 96 };
    const before = withNumbers(lowerSpec(specOf({ input })), 3);
    const after = shapeHead(form).run(before, {});
    verifyGraph(after, 'test');
    const error = maxError(await runGraph(before), await runGraph(after));
    expect(error).toBeLessThan(1e-5);
  });

  const otherPools = (['max', 'avgmax', 'catavgmax'] as const).flatMap((pool) =>
    forms.map((form) => ({ pool, form, title: `${form.layer} with ${form.pool}` })),
  );
  it.each(otherPools)('writes $title behind pool $pool', async ({ pool, form }) => {
    const input = { channels: 3, height: 64, width: 96 };
    const before = withNumbers(lowerSpec(specOf({ input, pool })), 3);
    const after = shapeHead(form).run(before, {});
    verifyGraph(after, 'test');
    expect(maxError(await runGraph(before), await runGraph(after))).toBeLessThan(1e-5);
    const ops = after.nodes.map(({ op }) => op);
    expect(ops.includes('Gemm')).toBe(form.layer === 'gemm');
    expect(ops.includes('GlobalAveragePool')).toBe(
      pool !== 'max' && form.pool === 'GlobalAveragePool',
    );
  });

  it('shapes the pool of a network without a linear layer', () => {
    const graph = smallGraph((builder, input) =>
      builder.node('GlobalAveragePool', 'pool', [input]),
    );
    const after = shapeHead({ layer: 'gemm', pool: 'AveragePool' }).run(graph, {});
    verifyGraph(after, 'test');
    expect(after.nodes.map(({ op }) => op)).toEqual(['AveragePool']);
  });

  it.each(forms)('prints $layer with $pool', (form) => {
    expect(headOf(printGraph(shapeHead(form).run(lowerSpec(specOf()), {})))).toMatchSnapshot();
  });

  it.each(forms)('keeps the numbers of $layer with $pool to rounding in float16', async (form) => {
    const input = { channels: 3, height: 64, width: 96 };
    const before = withNumbers(lowerSpec(specOf({ input })), 3);
    const { graph } = runPasses(before, [shapeHead(form), castFloat16()]);
    const expected = await runGraph(before);
    const size = maxError(expected, new Float32Array(expected.length));
    expect(maxError(expected, await runGraph(graph)) / size).toBeLessThan(0.005);
  });

  it.each([
    ['fp16', 7.5, 'mul-sum'],
    ['fp32', 7.5, 'mul-sum'],
    ['int8', 7.5, 'conv1x1'],
    ['fp16', 8, 'gemm'],
    ['fp32', 12, 'gemm'],
    ['int8', 8.6, 'conv1x1'],
  ] as const)('suits TensorRT-RTX in %s from compute capability %f on: %s', (precision, least, layer) => {
    expect(formFor('tensorrt-rtx', precision, least).head).toEqual({ layer, pool: 'AveragePool' });
  });

  it('keeps Softmax behind the head', () => {
    const graph = shapeHead({ layer: 'conv1x1', pool: 'AveragePool' }).run(
      lowerSpec(specOf({ head: 'softmax' })),
      {},
    );
    verifyGraph(graph, 'test');
    expect(graph.nodes.slice(-4).map(({ op }) => op)).toEqual([
      'AveragePool',
      'Conv',
      'Flatten',
      'Softmax',
    ]);
  });

  it('leaves a network without such a head alone', () => {
    const graph = smallGraph((builder, input) => builder.node('Relu', 'relu', [input]));
    expect(shapeHead({ layer: 'conv1x1', pool: 'AveragePool' }).run(graph, {})).toBe(graph);
  });

  it.each(forms)('casts $layer with $pool to float16 up to its last layer', (form) => {
    const { graph } = runPasses(lowerSpec(specOf()), [shapeHead(form), castFloat16()]);
    expect(headOf(printGraph(graph))).toMatchSnapshot();
  });

  it('is the same graph where it has the form already', () => {
    const graph = lowerSpec(specOf());
    expect(shapeHead({ layer: 'gemm', pool: 'GlobalAveragePool' }).run(graph, {})).toBe(graph);
  });

  it.each([
    ['no layer', [] as const],
    ['a layer on pixels', ['Flatten'] as const],
    ['no Flatten', ['MaxPool', 'Relu'] as const],
  ])('leaves a head with %s alone', (_, ops) => {
    const graph = smallGraph((builder, input) => {
      const window = { kernel_shape: [8, 8], strides: [1, 1], pads: [0, 0, 0, 0] };
      const last = ops.reduce(
        (x, op) => builder.node(op, op, [x], op === 'MaxPool' ? window : {}),
        input,
      );
      if (ops.length === 0 || ops.at(-1) !== 'Flatten') return builder.node('Relu', 'last', [last]);
      const features = Number(builder.typeOf(last).shape[1]);
      const weight = builder.parameter('fc', 'linear.weight', [5, features]);
      const bias = builder.parameter('fc', 'linear.bias', [5]);
      return builder.node('Gemm', 'fc', [last, weight, bias], { transB: 1 });
    });
    for (const form of forms) expect(shapeHead(form).run(graph, {})).toBe(graph);
  });

  it.each([
    ['onnxruntime', 'fp32', 'gemm'],
    ['onnxruntime', 'int8', 'gemm'],
    ['tensorrt', 'fp16', 'gemm'],
    ['tensorrt', 'int8', 'conv1x1'],
  ] as const)('suits %s in %s: %s behind a global pool', (target, precision, layer) => {
    expect(formFor(target, precision).head ?? asLowered).toEqual({
      layer,
      pool: 'GlobalAveragePool',
    });
  });

  it('takes the newest GPUs where none is named', () => {
    expect(formFor('tensorrt-rtx', 'fp16').head?.layer).toBe('gemm');
  });
});
