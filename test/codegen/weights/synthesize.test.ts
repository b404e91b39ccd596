import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { createRandomStream, hashText } from '../../../codegen/tensors/random.ts';
import { synthesizeWeights } from '../../../codegen/weights/synthesize.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';
import { tensorBytes } from '../../helpers/tensors.ts';

const graphOf = (over: Partial<Spec> = {}) => lowerSpec(specOf(over));

async function valuesOf(name: string, seed = 1, over: Partial<Spec> = {}): Promise<Float32Array> {
  const source = synthesizeWeights(graphOf(over), seed).initializers.get(name)?.source;
  return float32View(await tensorBytes(source));
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe('synthetic weights', () => {
  test('every parameter has numbers of its shape, constants keep theirs', async () => {
    const graph = graphOf({ shortcut: 'pad', firstShortcut: 'identity' });
    const filled = synthesizeWeights(graph, 1);
    for (const [name, { slot, source, type }] of filled.initializers) {
      expect(source?.shape, name).toEqual(type.shape);
      if (!slot) expect(filled.initializers.get(name)).toBe(graph.initializers.get(name));
    }
  });

  test('the same seed gives the same bytes on every machine', async () => {
    const hash = createHash('sha256');
    for (const { source } of synthesizeWeights(graphOf(), 7).initializers.values()) {
      hash.update(await tensorBytes(source));
    }
    expect(hash.digest('hex')).toMatchInlineSnapshot(
      `"b08654fa57a3a244408a2225ba716e4e5b90e88270def9039fd5ae82da31f39c"`,
    );
  });

  test('another seed and another tensor give other numbers', async () => {
    const [one, same, seed, tensor] = [
      await valuesOf('stem/conv1.weight'),
      await valuesOf('stem/conv1.weight'),
      await valuesOf('stem/conv1.weight', 2),
      await valuesOf('stage1/block0/conv1.weight'),
    ];
    expect(one).toEqual(same);
    expect(one).not.toEqual(seed);
    expect(one.slice(0, 100)).not.toEqual(tensor.slice(0, 100));
  });

  test('convolutions are scaled by their fan-in', async () => {
    const values = await valuesOf('stage2/block0/conv2.weight', 1, { widths: [8, 64] });
    expect(deviation(values) * Math.sqrt((64 * 9) / 2)).toBeCloseTo(1, 1);
  });

  test('batch norms have gammas of both signs, means and variances that differ', async () => {
    const over = { widths: [64, 64] };
    const gamma = await valuesOf('stage1/block0/conv1/bn.scale', 1, over);
    expect(gamma.some((value) => value < 0) && gamma.some((value) => value > 0)).toBe(true);
    const variance = await valuesOf('stage1/block0/conv1/bn.var', 1, over);
    expect(Math.min(...variance)).toBeGreaterThan(0.5);
    expect(new Set(variance).size).toBeGreaterThan(60);
    expect(deviation(await valuesOf('stage1/block0/conv1/bn.mean', 1, over))).toBeGreaterThan(0.1);
  });

  const depths: readonly (readonly [string, Partial<Spec>])[] = [
    ['18', { stages: [2, 2, 2, 2] }],
    ['50, vd', { block: 'bottleneck', stages: [3, 4, 6, 3], stem: 'deep', shortcut: 'avgpool' }],
    ['200, vd', { block: 'bottleneck', stages: [3, 12, 48, 3], stem: 'deep', shortcut: 'avgpool' }],
    [
      'CIFAR 56',
      {
        stem: 'conv3',
        stages: [9, 9, 9],
        widths: [16, 32, 64],
        shortcut: 'pad',
        firstShortcut: 'identity',
      },
    ],
  ];
  test.each(depths)('logits stay in range at depth %s', async (_, over) => {
    const widths = over.widths ?? [16, 32, 64, 128];
    const stemWidths = over.stem === 'deep' ? [8, 8, 16] : [16];
    const spec = {
      widths,
      stemWidths,
      classes: 100,
      ...over,
      input: { channels: 3, height: 64, width: 64 },
    };
    const graph = synthesizeWeights(graphOf(spec), 1);
    const stream = createRandomStream(5);
    const input = Float32Array.from({ length: 2 * 3 * 64 * 64 }, () => stream.normal());
    const logits = await runGraph(graph, input);
    expect(deviation(logits)).toBeGreaterThan(0.5);
    expect(deviation(logits)).toBeLessThan(10);
  });
});

describe('random streams', () => {
  test('uniform numbers fill 0 to 1, normal ones have deviation 1', () => {
    const stream = createRandomStream(3);
    const uniform = Float32Array.from({ length: 20_000 }, () => stream.uniform());
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThanOrEqual(1);
    expect(deviation(uniform)).toBeCloseTo(Math.sqrt(1 / 12), 2);
    const normal = Float32Array.from({ length: 20_000 }, () => stream.normal());
    expect(deviation(normal)).toBeCloseTo(1, 1);
    expect(normal.reduce((sum, value) => sum + value, 0) / normal.length).toBeCloseTo(0, 1);
  });

  test('a seed of 0 is a stream too', () => {
    const stream = createRandomStream(0);
    expect(new Set(Array.from({ length: 100 }, stream.uniform)).size).toBe(100);
  });

  test('hashes of like texts differ in many bits', () => {
    const a = hashText('stage1/block0/conv1.weight', 1);
    const b = hashText('stage1/block0/conv2.weight', 1);
    expect((a ^ b).toString(2).split('1').length).toBeGreaterThan(6);
    expect(hashText('a', 1)).not.toBe(hashText('a', 2));
  });
});
