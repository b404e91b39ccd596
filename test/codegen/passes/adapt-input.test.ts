import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import {
  adaptInput,
  type InputForm,
  inputForms,
  pixelRanges,
} from '../../../codegen/passes/adapt-input.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import type { Precision } from '../../../codegen/precisions.ts';
import { bytesOf, float32View } from '../../../codegen/tensors/float-bytes.ts';
import { loadRuntime } from '../../../engines/onnxruntime/runtime.ts';
import { createSeededInput } from '../../../engines/seeded-input.ts';
import { pairInput } from '../../../src/compile/input-pair.ts';
import { convBatchNorm, smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

const { mean, std } = specOf().preprocess;
const network = withNumbers(lowerSpec(specOf({ stages: [1], widths: [8] })));
const shape = ['N', 3, 32, 32] as const;
const input = createSeededInput({ dataType: 'float32', shape }, 2, 3);

function written(form: InputForm, precision: Precision) {
  const options = { form, mean, std };
  return runPasses(network, passesFor({ precision, input: options })).graph;
}

/** What an adapted model answers, and what the network answers to the same pictures. */
async function answers(form: InputForm, precision: Precision) {
  const pair = pairInput(input, { form, mean, std });
  const { dataType, bytes, shape: sizes } = pair.engine;
  const { buffer } = new Uint8Array(bytes);
  const data = { uint8: bytes, float16: new Uint16Array(buffer), float32: float32View(bytes) };
  const { Tensor } = await loadRuntime();
  const type = dataType as 'uint8';
  const tensor = new Tensor(type, data[type], sizes);
  const adapted = await runGraph(written(form, precision), tensor);
  return { adapted, trained: await runGraph(network, float32View(pair.trained.bytes)) };
}

describe('adaptInput', () => {
  it.each([
    'float16',
    'float32-pixels',
    'uint8-nhwc',
    'rgba-uint8',
  ] as const)('%s computes what the network computes, borders too', async (form) => {
    const { adapted, trained } = await answers(form, 'fp32');
    const scale = trained.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(maxError(adapted, trained) / scale).toBeLessThan(5e-6);
  });

  it.each([
    'float16',
    'float32-pixels',
    'uint8-nhwc',
    'rgba-uint8',
  ] as const)('%s does so in float16', async (form) => {
    const { adapted, trained } = await answers(form, 'fp16');
    const scale = trained.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(maxError(adapted, trained) / scale).toBeLessThan(0.01);
  });

  it('leaves the graph of float32 inputs as it is', () => {
    expect(printGraph(written('float32', 'fp32'))).toBe(
      printGraph(runPasses(network, passesFor({ precision: 'fp32' })).graph),
    );
  });

  it.each(inputForms)('%s in float16 has one cast for the whole input at most', (form) => {
    const head = printGraph(written(form, 'fp16'))
      .split('\n')
      .slice(0, form === 'float32' ? 3 : 6);
    expect(head.filter((line) => line.includes('= Cast(')).length).toBe(form === 'float16' ? 0 : 1);
  });

  it('writes pixels through Cast, Transpose and Sub, the Cast first', () => {
    const lines = printGraph(written('uint8-nhwc', 'fp16')).split('\n').slice(0, 5);
    expect(lines.map((line) => line.split(' kernel_shape')[0]).join('\n')).toMatchInlineSnapshot(`
      "graph small opset=13 (input: uint8[N,32,32,3]) -> (logits: float32[N,10]) {
        stem/input/cast: float16[N,32,32,3] = Cast(input) to=float16
        stem/input/planar: float16[N,3,32,32] = Transpose(stem/input/cast) perm=[0,3,1,2]
        stem/input/centred: float16[N,3,32,32] = Sub(stem/input/planar, stem/input/mean: float16[3,1,1])
        stem/conv1: float16[N,8,16,16] = Conv(stem/input/centred, stem/conv1.weight: float16[8,3,7,7], stem/conv1.bias: float16[8])"
    `);
  });

  it('writes pixels in float32 through a Sub alone', () => {
    const lines = printGraph(written('float32-pixels', 'fp32')).split('\n').slice(0, 3);
    expect(lines.map((line) => line.split(' kernel_shape')[0]).join('\n')).toMatchInlineSnapshot(`
      "graph small opset=13 (input: float32[N,3,32,32]) -> (logits: float32[N,10]) {
        stem/input/centred: float32[N,3,32,32] = Sub(input, stem/input/mean: float32[3,1,1])
        stem/conv1: float32[N,8,16,16] = Conv(stem/input/centred, stem/conv1.weight: float32[8,3,7,7], stem/conv1.bias: float32[8])"
    `);
  });

  it('writes a fourth channel of weights for alpha', () => {
    const lines = printGraph(written('rgba-uint8', 'fp32')).split('\n').slice(0, 4);
    expect(lines.map((line) => line.split(' kernel_shape')[0]).join('\n')).toMatchInlineSnapshot(`
      "graph small opset=13 (input: uint8[N,32,32,4]) -> (logits: float32[N,10]) {
        stem/input/cast: float32[N,32,32,4] = Cast(input) to=float32
        stem/input/planar: float32[N,4,32,32] = Transpose(stem/input/cast) perm=[0,3,1,2]
        stem/conv1: float32[N,8,16,16] = Conv(stem/input/planar, stem/conv1.weight: float32[8,4,7,7], stem/conv1.bias: float32[8])"
    `);
  });
});

describe('adaptInput on a graph', () => {
  const adapt = (graph: Graph) => adaptInput({ form: 'uint8-nhwc', mean, std }).run(graph, {});

  it('reads through a convolution as it was lowered, or fused', () => {
    expect(
      adapt(network)
        .nodes.slice(0, 4)
        .map(({ op }) => op),
    ).toEqual(['Cast', 'Transpose', 'Sub', 'Conv']);
    const fused = runPasses(network, [foldBatchNorm, fuseResidual]).graph;
    expect(adapt(fused).nodes[3]?.op).toBe('FusedConv');
    expect(adapt(fused).initializers.size).toBe(fused.initializers.size + 1);
  });

  it.each<[string, Parameters<typeof smallGraph>[0]]>([
    ['a Relu', (builder, input) => builder.node('Relu', 'relu', [input])],
    [
      'two nodes',
      (builder, input) => {
        const conv = { channels: 3, kernel: 1, stride: 1, relu: false } as const;
        const x = convBatchNorm(builder, input, { ...conv, name: 'conv' });
        return builder.node('Add', 'sum', [x, input]);
      },
    ],
    [
      'two convolutions',
      (builder, input) => {
        const conv = { channels: 3, kernel: 1, stride: 1, relu: false } as const;
        const x = convBatchNorm(builder, input, { ...conv, name: 'a' });
        return builder.node('Add', 'sum', [
          x,
          convBatchNorm(builder, input, { ...conv, name: 'b' }),
        ]);
      },
    ],
  ])('refuses an input that is read by %s', (_, build) => {
    expect(() => adapt(smallGraph(build))).toThrow("'input' is not read by one convolution");
  });

  it('refuses an input that nobody reads, or that a convolution takes for its residual', () => {
    const [conv, ...others] = network.nodes;
    if (!conv) throw new Error('no convolution');
    const away = { ...conv, inputs: ['other', ...conv.inputs.slice(1)] };
    expect(() => adapt({ ...network, nodes: [away, ...others] })).toThrow('one convolution');
    const residual = { ...away, op: 'FusedConv', inputs: [...away.inputs, 'b', 'input'] } as const;
    expect(() => adapt({ ...network, nodes: [residual, ...others] })).toThrow('one convolution');
  });

  it('leaves a graph without input alone', () => {
    const none = { ...network, inputs: [] };
    expect(adapt(none)).toBe(none);
  });

  it('makes the form of a graph without numbers', () => {
    const form = lowerSpec(specOf({ stages: [1], widths: [8] }));
    for (const input of ['float32-pixels', 'uint8-nhwc', 'rgba-uint8'] as const) {
      const adapted = adaptInput({ form: input, mean, std }).run(form, {});
      expect(adapted.initializers.get('stem/conv1.weight')?.source).toBeUndefined();
    }
  });
});

describe('pixelRanges', () => {
  it.each([
    [[0.5, 0.5, 0.5], 127.5],
    [[0.485, 0.456, 0.406], 255 - 0.406 * 255],
    [[0.1, 0.7, 0.4], 255 - 0.1 * 255],
    [[0.3, 0.95, 0.4], 0.95 * 255],
    [[0, 0, 0], 255],
  ])('of pixels less the mean %j is what 0 or 255 leaves, and no less', (means, range) => {
    for (const form of ['float32-pixels', 'uint8-nhwc'] as const) {
      const ranges = pixelRanges({ form, mean: means, std: [1, 1, 1] });
      expect([...ranges.keys()]).toEqual(['stem/input/centred']);
      expect(ranges.get('stem/input/centred')).toBeCloseTo(range, 10);
    }
    const largest = means.flatMap((part) => [part * 255, 255 - part * 255]);
    expect(Math.max(...largest)).toBeCloseTo(range, 10);
  });

  it('of pixels with alpha is all of a byte', () => {
    expect([...pixelRanges({ form: 'rgba-uint8', mean, std })]).toEqual([['input', 255]]);
  });

  it.each(['float32', 'float16'] as const)('of %s is what the calibration saw', (form) => {
    expect([...pixelRanges({ form, mean, std })]).toEqual([]);
  });

  it('is named as the value that the first convolution reads', () => {
    for (const form of ['float32-pixels', 'uint8-nhwc', 'rgba-uint8'] as const) {
      const [conv] = written(form, 'fp32').nodes.filter(({ op }) => op === 'Conv');
      const [name = ''] = pixelRanges({ form, mean, std }).keys();
      // A Cast and a Transpose only pass numbers on, so that the range is that of the input.
      const read = form === 'rgba-uint8' ? 'stem/input/planar' : name;
      expect(conv?.inputs[0]).toBe(read);
    }
  });
});

describe('pairInput', () => {
  it('gives pixels back as they were', () => {
    const options = { form: 'uint8-nhwc', mean, std } as const;
    const first = pairInput(input, options);
    const again = pairInput(first.trained, options);
    expect(first.exact).toBe(false);
    expect(again.exact).toBe(true);
    expect(again.engine.bytes).toEqual(first.engine.bytes);
    expect(first.engine.shape).toEqual([2, 32, 32, 3]);
  });

  it('holds any number of 0 to 255 in float32, and cuts off what is beyond', () => {
    const options = { form: 'float32-pixels', mean, std } as const;
    const inside = pairInput(input, { ...options, form: 'uint8-nhwc' }).trained;
    const between = float32View(inside.bytes).map((value) => value * 0.9);
    const pair = pairInput({ ...inside, bytes: bytesOf(between) }, options);
    expect(pair.exact).toBe(true);
    expect(pair.engine.shape).toEqual([2, 3, 32, 32]);
    const pixels = float32View(pair.engine.bytes);
    expect(pixels.some((pixel) => !Number.isInteger(pixel))).toBe(true);
    expect(pixels.every((pixel) => pixel >= 0 && pixel <= 255)).toBe(true);
    const far = { ...input, bytes: bytesOf(float32View(input.bytes).map((value) => value * 100)) };
    expect(pairInput(far, options).exact).toBe(false);
  });

  it('sets alpha to 255', () => {
    const { engine } = pairInput(input, { form: 'rgba-uint8', mean, std });
    expect(engine.shape).toEqual([2, 32, 32, 4]);
    expect([...engine.bytes].filter((_, i) => i % 4 === 3).every((byte) => byte === 255)).toBe(
      true,
    );
  });

  it('leaves float32 alone', () => {
    const pair = pairInput(input, undefined);
    expect(pair.engine).toBe(input);
    expect(pair.exact).toBe(true);
  });
});
