import { describe, expect, it } from 'vitest';
import type { Graph } from '../../codegen/ir/graph.ts';
import { matchLayers, noLayer } from '../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { fuseNetwork } from '../../src/calibration/observe.ts';
import { judgeRanges, reportRanges } from '../../src/calibration/range-report.ts';
import { runGraph } from '../helpers/run-graph.ts';
import { network, noise, withChanged } from './networks.ts';

const report = (graph: Graph, keepFp32 = noLayer) =>
  reportRanges(fuseNetwork(graph), noise, { keepFp32 });

/** A block whose inner activations are scaled by `factor` and scaled back by its last convolution: the network computes what it did. */
function misScaled(factor: number): Graph {
  const block = 'stage1/block1';
  const scale = (values: Float32Array) => values.map((value) => value * factor);
  let graph = withChanged(network, `${block}/conv1/bn.scale`, scale);
  graph = withChanged(graph, `${block}/conv1/bn.bias`, scale);
  return withChanged(graph, `${block}/conv2.weight`, (values) =>
    values.map((value) => value / factor),
  );
}

describe('reportRanges', () => {
  it('tells the largest activation and weight of every block, and what was fed', async () => {
    const { blocks, data, images } = await report(network);
    expect(data).toBe('seeded noise (70 pictures, seed 20)');
    expect(images).toBe(70);
    expect(blocks.map(({ block }) => block)).toEqual([
      'stem',
      'stage1/block0',
      'stage1/block1',
      'stage2/block0',
      'head',
    ]);
    for (const { largestActivation, largestWeight } of blocks) {
      expect(largestActivation).toBeGreaterThan(0.5);
      expect(largestActivation).toBeLessThan(100);
      expect(largestWeight).toBeGreaterThan(0.1);
    }
    expect(judgeRanges(await report(network))).toEqual([]);
  });

  it('warns of a block beyond 512', async () => {
    const diagnostics = judgeRanges(await report(misScaled(400)));
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning float16-range-near',
    ]);
    expect(diagnostics[0]?.message).toMatch(/^stage1\/block1 holds numbers up to \d/);
  });

  it('refuses a block beyond 65504, and keeping it in float32 cures it', async () => {
    const graph = misScaled(1e5);
    const [found] = judgeRanges(await report(graph));
    expect(found?.code).toBe('float16-range-beyond');
    expect(found?.severity).toBe('error');
    expect(found?.hint).toContain('--keep-fp32 stage1/block1');

    const emulate = async (keepFp32 = noLayer) =>
      await runGraph(
        runPasses(graph, passesFor({ precision: 'fp16', emulation: true, keepFp32 })).graph,
      );
    expect((await emulate()).every(Number.isFinite)).toBe(false);

    const keepFp32 = matchLayers(['stage1/block1']);
    expect(judgeRanges(await report(graph, keepFp32))).toEqual([]);
    const [cured, expected] = [await emulate(keepFp32), await runGraph(graph)];
    for (const [i, value] of cured.entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 1);
  });

  it('names the stages to keep where many blocks are beyond: a command line that can be given whole', () => {
    const blocks = [1, 2, 3].flatMap((stage) =>
      Array.from({ length: 40 }, (_, i) => ({
        block: `stage${stage}/block${i}`,
        largestActivation: 1e6,
        largestWeight: 1,
        keptFp32: false,
      })),
    );
    const hints = judgeRanges({ data: '', images: 1, blocks }).map(({ hint }) => hint);
    expect(new Set(hints)).toEqual(
      new Set(['Keep it in float32: --keep-fp32 stage1,stage2,stage3']),
    );
  });

  it('holds a block to what it reads: after one that is kept, too', async () => {
    const graph = withChanged(network, 'stage1/block1/conv2/bn.bias', (values) => values.fill(1e5));
    const blocks = (diagnostics: ReturnType<typeof judgeRanges>) =>
      diagnostics.map(({ message }) => message.split(' ')[0]);
    expect(blocks(judgeRanges(await report(graph)))).toContain('stage1/block1');
    expect(blocks(judgeRanges(await report(graph)))).toContain('stage2/block0');
    const kept = judgeRanges(await report(graph, matchLayers(['stage1/block1'])));
    expect(blocks(kept)).toContain('stage2/block0');
    expect(blocks(kept)).not.toContain('stage1/block1');
  });

  it('reports a weight beyond 65504', async () => {
    const graph = withChanged(network, 'head/fc.weight', (values) => values.fill(7e4, 0, 1));
    const [found] = judgeRanges(await report(graph));
    expect(found?.message).toMatch(/^head holds numbers up to/);
    expect(found?.code).toBe('float16-range-beyond');
  });

  it('tells of numbers that are none in float32 already, and of nothing else', async () => {
    const graph = withChanged(network, 'stage2/block0/conv2.weight', (values) => values.fill(3e38));
    const diagnostics = judgeRanges(await report(graph));
    expect(diagnostics).toMatchObject([{ code: 'activations-not-finite', severity: 'error' }]);
    expect(diagnostics[0]?.message).toMatch(
      /^'stage2\/block0' becomes (?:NaN|Infinity) in float32/,
    );
  });
});
