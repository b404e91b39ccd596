import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { matchLayers } from '../../codegen/passes/layer-filter.ts';
import { precisionRow } from '../../codegen/precisions.ts';
import { synthesizeWeights } from '../../codegen/weights/synthesize.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { bisect, relativeError } from '../../src/calibration/bisect.ts';
import { calibrate } from '../../src/calibration/calibrate.ts';
import { fuseNetwork } from '../../src/calibration/observe.ts';
import { formFor } from '../helpers/targets.ts';
import { inputType, network, noise, spec, withChanged } from './networks.ts';

const input = createSeededInput(inputType, 2, 11);
const calibrated = await calibrate(fuseNetwork(network), noise, { algorithm: 'max' });
const ranges = new Map([...calibrated].map(([name, { range }]) => [name, range]));

describe('bisect', () => {
  it('finds every form of a sound network within its bounds', async () => {
    for (const target of ['onnxruntime', 'tensorrt'] as const) {
      const reports = await bisect(network, input, {
        ranges,
        int8Form: formFor(target, 'int8').int8Form,
      });
      expect(reports.map(({ stage }) => stage)).toEqual([
        'batch norms folded',
        'float16 weights',
        'float16 weights and activations',
        target === 'tensorrt' ? 'int8-trt' : 'int8-ort',
      ]);
      for (const { first, largest, bound } of reports) {
        expect(first).toBeUndefined();
        expect(largest.error).toBeGreaterThan(0);
        expect(largest.error).toBeLessThan(bound / 2);
      }
    }
  });

  it('looks only at the forms of the precision that is asked for', async () => {
    const reports = await bisect(network, input, { ranges, precision: 'int8' });
    expect(reports.map(({ precision }) => precision)).toEqual(['fp32', 'int8']);
    expect(await bisect(network, input, { precision: 'fp32' })).toHaveLength(1);
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
    expect(relativeError(Float32Array.from(actual), Float32Array.from(expected))).toBe(error);
  });
});
