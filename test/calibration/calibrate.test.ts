import { describe, expect, it } from 'vitest';
import { expandFusedConv } from '../../codegen/passes/expand-fused-conv.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { tapValues } from '../../codegen/passes/tap-values.ts';
import { computedTensors } from '../../codegen/quantization/tensors.ts';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { calibrate } from '../../src/calibration/calibrate.ts';
import { batchFor } from '../../src/calibration/data.ts';
import { largestMagnitude } from '../../src/calibration/histogram.ts';
import { fuseNetwork } from '../../src/calibration/observe.ts';
import { codesOfError } from '../helpers/diagnostics.ts';
import { maxError, runGraph } from '../helpers/run-graph.ts';
import { formFor } from '../helpers/targets.ts';
import { compareFinite } from '../helpers/verdicts.ts';
import { inputType, network, noise, withChanged } from './networks.ts';

const fused = fuseNetwork(network);

const rangesOf = (tensors: Awaited<ReturnType<typeof calibrate>>) =>
  new Map([...tensors].map(([name, { range }]) => [name, range]));

describe('calibrate', () => {
  it('sees the input and every tensor that is computed, also what is added to a shortcut', async () => {
    const tensors = await calibrate(fused, noise, { algorithm: 'max' });
    expect([...tensors.keys()].sort()).toEqual(
      ['input', ...computedTensors(fused).map(({ value }) => value)].sort(),
    );
    expect([...tensors.keys()]).toContain('stage1/block0/conv2');
    expect([...tensors.keys()]).toContain('stage1/block0/conv2/relu');
    for (const { largest } of tensors.values()) expect(largest).toBeGreaterThan(0);
  });

  it('finds the largest number of all batches', async () => {
    const value = 'stage1/block1/conv2/relu';
    const tensors = await calibrate(fused, noise, { algorithm: 'max' });
    const { graph } = runPasses(fused, [expandFusedConv, tapValues([value])]);
    let largest = 0;
    for await (const { bytes, shape } of noise.batches(8)) {
      const tapped = { ...graph, outputs: graph.outputs.slice(1) };
      const values = await runGraph(tapped, float32View(bytes), shape[0]);
      largest = Math.max(largest, largestMagnitude(values));
    }
    expect(tensors.get(value)?.largest).toBeCloseTo(largest, 4);
  });

  it('gives ranges that no algorithm puts beyond the largest number', async () => {
    for (const algorithm of ['entropy', 'percentile', 'mse'] as const) {
      const tensors = await calibrate(fused, noise, { algorithm });
      for (const { largest, range } of tensors.values()) {
        expect(range).toBeGreaterThan(0);
        expect(range).toBeLessThanOrEqual(largest * 1.001);
      }
    }
  });

  it('makes int8 graphs of both forms that keep the direction of the logits', async () => {
    const ranges = rangesOf(await calibrate(fused, noise, { algorithm: 'entropy' }));
    const expected = await runGraph(network, undefined, 4);
    for (const target of ['onnxruntime', 'tensorrt', 'tensorrt-rtx'] as const) {
      const { graph } = runPasses(network, passesFor({ ...formFor(target, 'int8'), ranges }));
      const actual = await runGraph(graph, undefined, 4);
      const tensor = (values: Float32Array) => ({
        dataType: 'float32' as const,
        shape: [4, 10],
        bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      });
      const verdict = compareFinite(tensor(actual), tensor(expected), { precision: 'int8' });
      expect(verdict.reason).toMatch(/cosine 0\.99/);
      expect(verdict.ok).toBe(true);
      expect(verdict.absoluteError.max).toBeGreaterThan(0);
    }
  });

  it('computes the same with weights stored as int8 and quantised in the graph', async () => {
    const ranges = rangesOf(await calibrate(fused, noise, { algorithm: 'max' }));
    const run = (int8Weights: 'int8' | 'float32') => {
      const options = { ...formFor('tensorrt', 'int8'), ranges, int8Weights };
      return runGraph(runPasses(network, passesFor(options)).graph);
    };
    expect(maxError(await run('int8'), await run('float32'))).toBe(0);
  });

  it('runs networks that are made for one batch size', async () => {
    const [input] = network.inputs;
    if (!input) throw new Error('no input');
    const fixed = {
      ...network,
      inputs: [{ ...input, type: { ...input.type, shape: [4, 3, 32, 32] } }],
      outputs: [{ name: 'logits', type: { dataType: 'float32' as const, shape: [4, 10] } }],
    };
    const free = await calibrate(fused, noise, { algorithm: 'max' });
    expect(await calibrate(fuseNetwork(fixed), noise, { algorithm: 'max' })).toEqual(free);
  });

  it('says which tensor is not finite', async () => {
    const broken = withChanged(network, 'stage2/block0/conv1.weight', (values) =>
      values.fill(Number.POSITIVE_INFINITY, 0, 1),
    );
    const codes = await codesOfError(() =>
      calibrate(fuseNetwork(broken), noise, { algorithm: 'max' }),
    );
    expect(codes).toEqual(['tensor-not-finite']);
    const large = withChanged(network, 'stage2/block0/conv1.weight', (values) => values.fill(5e37));
    await expect(calibrate(fuseNetwork(large), noise, { algorithm: 'max' })).rejects.toThrow(
      /activations-not-finite.*stage2\/block0\/conv1/,
    );
  });

  it('stops at an aborted signal', async () => {
    const controller = new AbortController();
    const stopping = {
      ...noise,
      async *batches(batch: number, signal?: AbortSignal) {
        for await (const each of noise.batches(batch, signal)) {
          yield each;
          controller.abort(new Error('enough'));
        }
      },
    };
    const { signal } = controller;
    await expect(calibrate(fused, stopping, { algorithm: 'max', signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('batchFor', () => {
  it.each([
    [[3, 224, 224], 1],
    [[3, 32, 32], 32],
    [[3, 112, 112], 4],
    [[3, 512, 512], 1],
  ])('%j: %d at once', (sizes, batch) => {
    expect(batchFor({ ...inputType, shape: ['N', ...sizes] })).toBe(batch);
  });
});
