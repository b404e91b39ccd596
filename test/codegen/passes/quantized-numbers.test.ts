import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { inferTypes } from '../../../codegen/ir/infer-types.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { type PipelineOptions, passesFor } from '../../../codegen/passes/pipeline.ts';
import { computedTensors } from '../../../codegen/quantization/tensors.ts';
import { asFloat32 } from '../../../codegen/tensors/as-float32.ts';
import type { TensorSource } from '../../../codegen/tensors/tensor-source.ts';
import { withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';
import { type FormTarget, formFor } from '../../helpers/targets.ts';
import { floatsOf, tensorBytes } from '../../helpers/tensors.ts';

const network = withNumbers(lowerSpec(specOf({ stages: [1], widths: [8] })), 5);
const fused = runPasses(network, [foldBatchNorm, fuseResidual]).graph;

/** Another range for each tensor, so that a scale at the wrong place is seen. */
const ranges = new Map(
  ['input', ...computedTensors(fused).map(({ value }) => value)].map((value, i) => [value, i + 1]),
);

interface Wanted extends Partial<PipelineOptions> {
  /** Default `onnxruntime`. */
  readonly target?: FormTarget;
}

const written = ({ target = 'onnxruntime', ...options }: Wanted): Graph =>
  runPasses(network, passesFor({ ...formFor(target, 'int8'), ranges, ...options })).graph;

/** The same with channels enough for float8e4m3fn. */
const wide = withNumbers(lowerSpec(specOf({ stages: [1], widths: [16] })), 5);
const wideFused = runPasses(wide, [foldBatchNorm, fuseResidual]).graph;

/** Every form that rcc writes an int8 network in. */
const forms: readonly Wanted[] = [
  { target: 'onnxruntime' },
  { target: 'tensorrt' },
  { target: 'tensorrt', int8Rest: 'float16' },
  { target: 'tensorrt', int8Rest: 'float16', emulation: true },
  { target: 'tensorrt', int8Rest: 'float16', int8Weights: 'float32' },
  { target: 'tensorrt', int8Rest: 'float16', int8Keep: matchLayers(['stem', 'fc']) },
  { target: 'tensorrt-rtx' },
];

const writtenFloat8 = (options: Partial<PipelineOptions>): Graph =>
  runPasses(wide, passesFor({ ...formFor('tensorrt', 'fp8'), ranges, ...options })).graph;

const oneByte = async (source: TensorSource | undefined) =>
  [...(await tensorBytes(source))].slice(0, 1);

/** Of each quantiser of activations: its tensor, range by its own levels, type and zero point. */
async function quantizersOf(graph: Graph) {
  const found: Record<string, string> = {};
  for (const { op, inputs } of graph.nodes) {
    const [value = '', scale = '', zeroPoint = ''] = inputs;
    if (op !== 'QuantizeLinear' || graph.initializers.has(value)) continue;
    const zero = graph.initializers.get(zeroPoint);
    const [step = 0] = await floatsOf(graph.initializers.get(scale)?.source);
    const [at = -1] = await oneByte(zero?.source);
    const levels = zero?.type.dataType === 'uint8' && at === 0 ? 255 : 127;
    found[value] = `${Math.round(step * levels * 1e5) / 1e5} ${zero?.type.dataType} at ${at}`;
  }
  return found;
}

describe('quantizeInt8', () => {
  it('gives TensorRT symmetric int8 with the range of the tensor', async () => {
    expect(ranges.get('head/pool')).toBeGreaterThan(1);
    expect(await quantizersOf(written({ target: 'tensorrt' }))).toEqual({
      input: '1 int8 at 0',
      'stem/conv1/relu': '2 int8 at 0',
      'stage1/block0/shortcut': `${ranges.get('stage1/block0/shortcut')} int8 at 0`,
      'stage1/block0/conv1/relu': `${ranges.get('stage1/block0/conv1/relu')} int8 at 0`,
      'stage1/block0/conv2/relu': `${ranges.get('stage1/block0/conv2/relu')} int8 at 0`,
      'head/pool': `${ranges.get('head/pool')} int8 at 0`,
    });
  });

  it('gives onnxruntime uint8, from 0 on where nothing is negative', async () => {
    const of = (value: string, quantizer: string, origin = value) => [
      value,
      `${ranges.get(origin)} ${quantizer}`,
    ];
    const positive = 'uint8 at 0';
    const centred = 'uint8 at 128';
    expect(await quantizersOf(written({ target: 'onnxruntime' }))).toEqual(
      Object.fromEntries([
        of('input', centred),
        of('stem/conv1/relu', positive),
        // A max pool only selects: its range is that of what it reads.
        of('stem/pool', positive, 'stem/conv1/relu'),
        of('stage1/block0/shortcut', centred),
        of('stage1/block0/conv1/relu', positive),
        of('stage1/block0/conv2', centred),
        of('stage1/block0/conv2/relu', positive),
        of('head/pool', positive),
        of('head/flatten', positive, 'head/pool'),
      ]),
    );
  });

  it.each([
    'tensorrt',
    'onnxruntime',
  ] as const)('stores for %s the integers that are nearest to the folded weights', async (target) => {
    const graph = written({ target });
    for (const { name, op, inputs } of fused.nodes) {
      if (op !== 'FusedConv' && op !== 'Gemm') continue;
      const weight = inputs[1] ?? '';
      const before = await floatsOf(fused.initializers.get(weight)?.source);
      const after = graph.initializers.get(weight);
      const scales = await floatsOf(graph.initializers.get(`${weight}/scale`)?.source);
      const stored = new Int8Array(await tensorBytes(after?.source));
      expect(after?.type.dataType, name).toBe('int8');
      const size = before.length / scales.length;
      const wrong = [...stored].filter((whole, i) => {
        const scale = scales[Math.floor(i / size)] ?? 0;
        return !(Math.abs(whole * scale - (before[i] ?? 0)) <= scale * 0.50001);
      });
      expect(wrong, name).toEqual([]);
      const zeros = await tensorBytes(graph.initializers.get(`${weight}/zero-point`)?.source);
      expect(Array.from(zeros), name).toEqual(Array.from(scales, () => 0));
    }
  });

  it('stores biases for onnxruntime in units of input scale times weight scale', async () => {
    const graph = written({ target: 'onnxruntime' });
    const bytes = await tensorBytes(graph.initializers.get('stem/conv1.bias')?.source);
    const wholes = new Int32Array(new Uint8Array(bytes).buffer);
    const before = await floatsOf(fused.initializers.get('stem/conv1.bias')?.source);
    const weightScales = await floatsOf(graph.initializers.get('stem/conv1.weight/scale')?.source);
    const biasScales = await floatsOf(graph.initializers.get('stem/conv1.bias/scale')?.source);
    const inputScale = Math.fround(1 / 127);
    expect([...biasScales]).toEqual([...weightScales.map((scale) => scale * inputScale)]);
    for (const [o, whole] of wholes.entries()) {
      const scale = biasScales[o] ?? 0;
      expect(Math.abs(whole * scale - (before[o] ?? 0))).toBeLessThanOrEqual(scale * 0.50001);
    }
    const zeros = await tensorBytes(graph.initializers.get('stem/conv1.bias/zero-point')?.source);
    expect(Array.from(zeros)).toEqual(Array.from({ length: 32 }, () => 0));
  });

  it('leaves the float weights whole where the engine quantises them', async () => {
    const graph = written({ target: 'tensorrt', int8Weights: 'float32' });
    const weight = graph.initializers.get('stem/conv1.weight');
    expect(await floatsOf(weight?.source)).toEqual(
      await floatsOf(fused.initializers.get('stem/conv1.weight')?.source),
    );
  });

  it.each([
    'tensorrt',
    'tensorrt-rtx',
  ] as const)('rounds scales of float16 up for %s, and stores the integers that are nearest by them', async (target) => {
    const graph = written({ target, int8Rest: 'float16' });
    for (const { name, op, inputs } of fused.nodes) {
      if (op !== 'FusedConv' && op !== 'Gemm') continue;
      const weight = inputs[1] ?? '';
      const before = await floatsOf(fused.initializers.get(weight)?.source);
      const stored = new Int8Array(await tensorBytes(graph.initializers.get(weight)?.source));
      const { type, source } = graph.initializers.get(`${weight}/scale`) ?? {};
      expect(type?.dataType, name).toBe('float16');
      const scales = await floatsOf(source && asFloat32(source));
      const size = before.length / scales.length;
      for (const [o, scale] of scales.entries()) {
        const row = before.slice(o * size, (o + 1) * size);
        const largest = Math.max(...row.map(Math.abs)) / 127;
        expect(scale).toBeGreaterThanOrEqual(largest * (1 - 1e-7));
        expect(scale).toBeLessThanOrEqual(largest * (1 + 2 ** -9) + 2 ** -24);
        const wrong = [...row].filter(
          (value, i) => !(Math.abs((stored[o * size + i] ?? 0) * scale - value) <= scale * 0.50001),
        );
        expect(wrong, name).toEqual([]);
      }
    }
  });

  it('computes nearly what the float network computes', async () => {
    const float = written({ precision: 'fp32' });
    const types = inferTypes(float);
    const calibrated = new Map([['input', 1]]);
    for (const { value } of computedTensors(fused)) {
      const type = types.get(value);
      if (!type) throw new Error(`${value} is not there`);
      const values = await runGraph({ ...float, outputs: [{ name: value, type }] });
      calibrated.set(value, Math.max(...values.map(Math.abs)));
    }
    const expected = await runGraph(network);
    const size = maxError(expected, new Float32Array(expected.length));
    for (const form of forms) {
      const graph = written({ ...form, ranges: calibrated });
      // onnxruntime 1.30 merges quantisers with float16 scales wrongly.
      const isHalf = [...graph.initializers.values()].some(
        ({ type }) => type.dataType === 'float16',
      );
      const levels = isHalf ? (['disabled'] as const) : (['disabled', 'all'] as const);
      for (const optimization of levels) {
        const error = maxError(expected, await runGraph(graph, undefined, 2, optimization));
        expect(error / size).toBeGreaterThan(0);
        expect(error / size, `${JSON.stringify(form)} ${optimization}`).toBeLessThan(0.05);
      }
    }
  });

  it('computes in float8e4m3fn what it computes in float, on onnxruntime and by its own rounding', async () => {
    const float = runPasses(wide, passesFor({ precision: 'fp32' })).graph;
    const types = inferTypes(float);
    const calibrated = new Map([['input', 1]]);
    for (const { value } of computedTensors(wideFused)) {
      const type = types.get(value);
      if (!type) throw new Error(`${value} is not there`);
      const values = await runGraph({ ...float, outputs: [{ name: value, type }] });
      calibrated.set(value, Math.max(...values.map(Math.abs)));
    }
    const expected = await runGraph(wide);
    const size = maxError(expected, new Float32Array(expected.length));
    for (const emulation of [false, true]) {
      const graph = writtenFloat8({ ranges: calibrated, emulation });
      const error = maxError(expected, await runGraph(graph));
      expect(error / size).toBeGreaterThan(0);
      expect(error / size).toBeLessThan(0.1);
    }
  });

  it('stores float8e4m3fn weights with one scale, and leaves a first convolution of 3 channels in float16', async () => {
    const graph = writtenFloat8({});
    const weight = 'stage1/block0/conv2.weight';
    const before = await floatsOf(wideFused.initializers.get(weight)?.source);
    const { type, source } = graph.initializers.get(weight) ?? {};
    expect(type?.dataType).toBe('float8e4m3fn');
    const scale = graph.initializers.get(`${weight}/scale`);
    expect(scale?.type).toEqual({ dataType: 'float16', shape: [] });
    const [step = 0] = await floatsOf(scale?.source && asFloat32(scale.source));
    const largest = Math.max(...before.map(Math.abs));
    expect(step).toBeGreaterThanOrEqual((largest / 448) * (1 - 1e-7));
    const after = await floatsOf(source && asFloat32(source));
    // Half of the last of 4 bits, or of the least number.
    const wrong = [...before].filter(
      (value, i) =>
        !(
          Math.abs((after[i] ?? 0) * step - value) <=
          Math.max(Math.abs(value) / 16, step * 2 ** -10) * 1.001
        ),
    );
    expect(wrong).toEqual([]);
    expect(graph.initializers.get('stem/conv1.weight')?.type.dataType).toBe('float16');
  });

  it('writes fp8 for TensorRT', () => {
    expect(printGraph(writtenFloat8({}))).toMatchSnapshot();
  });

  it('needs the range of each tensor, or of none', () => {
    const { initializers } = written({ ranges: undefined });
    expect(initializers.get('input/scale')?.source).toBeUndefined();
    expect(initializers.get('stem/conv1.weight')?.source).toBeUndefined();
    const some = new Map(ranges);
    some.delete('head/pool');
    expect(() => written({ ranges: some })).toThrow("'head/pool' was not calibrated");
  });

  it.each([
    ['tensorrt', {}],
    ['onnxruntime', {}],
    ['tensorrt', { int8Weights: 'float32' }],
    ['tensorrt', { int8Rest: 'float16' }],
    ['onnxruntime', { int8Keep: matchLayers(['stage1/block0/conv2', 'fc']) }],
  ] as const)('writes for %s, with %o', (target, options) => {
    expect(printGraph(written({ target, ...options }))).toMatchSnapshot();
  });
});
