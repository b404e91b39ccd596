import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { matchLayers } from '../../codegen/passes/layer-filter.ts';
import { precisionRow } from '../../codegen/precisions.ts';
import { synthesizeWeights } from '../../codegen/weights/synthesize.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { relativeErrorOf } from '../../engines/vectors.ts';
import { bisect } from '../../src/calibration/bisect.ts';
import { calibrate } from '../../src/calibration/calibrate.ts';
import { fuseNetwork } from '../../src/calibration/observe.ts';
import { formFor } from '../helpers/targets.ts';
import { inputType, network, noise, spec, withChanged } from './networks.ts';

const input = createSeededInput(inputType, 2, 11);
const calibrated = await calibrate(fuseNetwork(network), noise, { algorithm: 'max' });
const ranges = new Map([...calibrated].map(([name, { range }]) => [name, range]));

describe('bisect', () => {
  const half = { int8Rest: 'float16' } as const;

  it.each([
    ['fp32', {}, []],
    ['fp16', {}, ['float16 weights', 'float16 weights and activations']],
    ['int8', formFor('onnxruntime', 'int8'), ['int8-ort']],
    ['int8', formFor('tensorrt', 'int8'), ['int8-trt']],
    ['int8', { ...formFor('tensorrt', 'int8'), ...half }, ['int8-trt']],
    ['fp8', formFor('tensorrt', 'fp8'), ['fp8-trt']],
    ['fp8', {}, ['fp8-trt']],
  ] as const)('finds every form of a sound network within its bounds: %s, %j', async (precision, form, stages) => {
    const reports = await bisect(network, input, { ...form, ranges, precision });
    expect(reports.map(({ stage }) => stage)).toEqual(['batch norms folded', ...stages]);
    expect(reports.map((each) => each.precision)).toEqual(['fp32', ...stages.map(() => precision)]);
    for (const { first, largest, bound } of reports) {
      expect(first).toBeUndefined();
      expect(largest.error).toBeGreaterThan(0);
      expect(largest.error).toBeLessThan(bound / 2);
    }
  });

  it('judges the float16 between the quantisers as it is written, scales and all', async () => {
    // Too large for float16, and within the range of the quantiser behind it.
    const scaled = withChanged(network, 'stage1/block1/conv1/bn.bias', (values) =>
      values.fill(1e5),
    );
    const found = await calibrate(fuseNetwork(scaled), noise, { algorithm: 'max' });
    const seen = new Map([...found].map(([name, { range }]) => [name, range]));
    const form = { ...formFor('tensorrt', 'int8'), ranges: seen };
    const [, single] = await bisect(scaled, input, form);
    expect(single?.first?.node).not.toBe('stage1/block1/conv1');
    const [, typed] = await bisect(scaled, input, { ...form, ...half });
    expect(typed?.first?.node).toBe('stage1/block1/conv1');
  });

  it('names the layer whose int8 range is far too small', async () => {
    const narrow = new Map(ranges).set('stage1/block1/conv1/relu', 0.01);
    const [, int8] = await bisect(network, input, { ranges: narrow, precision: 'int8' });
    expect(int8?.first?.node).toBe('stage1/block1/conv2');
    expect(int8?.first?.error).toBeGreaterThan(precisionRow('int8').tensorError);
  });

  it('names the layer that overflows float16, and finds nothing once it is kept in float32', async () => {
    const scaled = withChanged(network, 'stage1/block1/conv1/bn.bias', (values) =>
      values.fill(1e5),
    );
    const reports = await bisect(scaled, input, { precision: 'fp16' });
    expect(reports[2]?.first?.node).toBe('stage1/block1/conv1');
    const keepFp32 = matchLayers(['stage1/block1', 'stage2/block0']);
    const cured = await bisect(scaled, input, { precision: 'fp16', keepFp32 });
    expect(cured.map(({ first }) => first?.node)).not.toContain('stage1/block1/conv1');
  });

  it('points into the spec', async () => {
    const file = { path: 'small.rn', text: 'model small { stages [2, 1] }' };
    const spans = { model: { file, start: 6, end: 11 }, stages: { file, start: 14, end: 27 } };
    const graph = synthesizeWeights(lowerSpec({ ...spec, spans }), 5);
    const narrow = new Map(ranges).set('stage2/block0/conv1/relu', 0.01);
    const [, int8] = await bisect(graph, input, { ranges: narrow, precision: 'int8' });
    expect(int8?.first?.span).toEqual(spans.stages);
  });
});

describe('relativeError', () => {
  it.each([
    [[1, 2, 2], [1, 2, 2], 0],
    [[3, 4], [0, 0], Number.POSITIVE_INFINITY],
    [[0, 0], [0, 0], 0],
    [[4, 3], [4, 0], 0.75],
  ])('of %j for %j is %d', (actual, expected, error) => {
    expect(relativeErrorOf(Float32Array.from(actual), Float32Array.from(expected))).toBe(error);
  });
});
