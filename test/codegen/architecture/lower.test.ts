import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { countCost } from '../../../codegen/cost.ts';
import { inferTypes } from '../../../codegen/ir/infer-types.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { numbers, smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

/** Specs of every kind, small enough to run. */
const specs: fc.Arbitrary<Spec> = fc
  .record({
    block: fc.constantFrom('basic' as const, 'bottleneck' as const),
    stem: fc.constantFrom('conv7' as const, 'deep' as const, 'conv3' as const),
    shortcut: fc.constantFrom('projection' as const, 'avgpool' as const, 'pad' as const),
    firstShortcut: fc.constantFrom('projection' as const, 'identity' as const),
    strideIn: fc.constantFrom('conv1' as const, 'conv2' as const),
    stages: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 }),
    side: fc.integer({ min: 32, max: 41 }),
    head: fc.constantFrom('logits' as const, 'softmax' as const),
    epsilon: fc.constantFrom(0, 1e-5, 1e-3),
  })
  .map(({ side, stages, ...rest }) =>
    specOf({
      ...rest,
      stages,
      widths: [8, 16, 32].slice(0, stages.length),
      input: { channels: 3, height: side, width: side + 3 },
    }),
  );

const onnxOperators = [
  'Conv',
  'Relu',
  'Add',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'Flatten',
  'Gemm',
  'Softmax',
];

describe('lowerSpec', () => {
  it('prints the network of a small spec', async () => {
    const spec = specOf({ stem: 'deep', shortcut: 'avgpool' });
    await expect(printGraph(lowerSpec(spec))).toMatchFileSnapshot('golden/small-vd.graph.txt');
  });

  it('gives a legal graph for every spec, folded to the operators that engines fuse', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const lowered = lowerSpec(spec);
        verifyGraph(lowered, 'test');
        const { graph } = runPasses(lowered, passesFor({ precision: 'fp32' }));
        for (const { op } of graph.nodes) expect(onnxOperators).toContain(op);
        expect(countCost(lowered).macs).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  it('computes the same before and after all passes, for every spec', async () => {
    await fc.assert(
      fc.asyncProperty(specs, fc.integer({ min: 1, max: 1000 }), async (spec, seed) => {
        const lowered = withNumbers(lowerSpec(spec), seed);
        const before = await runGraph(lowered);
        const after = await runGraph(runPasses(lowered, passesFor({ precision: 'fp32' })).graph);
        const scale = Math.max(1, ...before.map(Math.abs));
        expect(maxError(before, after) / scale).toBeLessThan(1e-5);
      }),
      { numRuns: 30 },
    );
  });

  it('fixes the batch where it is asked to', () => {
    const types = inferTypes(lowerSpec(specOf(), { batch: 4 }));
    expect(types.get('logits')?.shape).toEqual([4, 10]);
  });

  it("gives every batch norm the spec's epsilon", () => {
    const { nodes } = lowerSpec(specOf({ epsilon: 0.001 }));
    const norms = nodes.filter(({ op }) => op === 'BatchNormalization');
    expect(new Set(norms.map(({ attributes }) => attributes.epsilon))).toEqual(new Set([0.001]));
  });

  it('points each node into the spec', () => {
    const file = { path: 'small.rn', text: 'model small { stages [1, 1] }' };
    const spans = {
      model: { file, start: 6, end: 11 },
      stages: { file, start: 14, end: 27 },
    };
    const graph = lowerSpec(specOf({ spans }));
    const spanOf = (name: string) => graph.nodes.find((node) => node.name === name)?.span;
    expect(spanOf('stem/conv1')).toBe(spans.model);
    expect(spanOf('stage2/block0/conv1')).toBe(spans.stages);
    expect(spanOf('head/fc')).toBe(spans.model);
  });
});

describe('the pad shortcut', () => {
  it('takes every second pixel and puts zero channels on both sides', async () => {
    const spec = specOf({ stem: 'conv3', shortcut: 'pad', widths: [8, 16] });
    const shortcut = lowerSpec(spec).initializers.get('stage2/block0/shortcut.weight');
    const graph = smallGraph((builder, input) => {
      if (!shortcut?.source) throw new Error('the shortcut has no weights');
      const weight = builder.constant('pad.weight', shortcut.source);
      return builder.node('Conv', 'pad', [input, weight], {
        kernel_shape: [1, 1],
        strides: [2, 2],
        pads: [0, 0, 0, 0],
      });
    }, 8);
    const x = numbers(8 * 8 * 8, 3);
    const y = await runGraph(graph, x, 1);
    const expected = new Float32Array(16 * 4 * 4);
    for (let c = 0; c < 8; c++) {
      for (let i = 0; i < 16; i++) {
        const [row, column] = [Math.floor(i / 4), i % 4];
        expected[(c + 4) * 16 + i] = x[c * 64 + row * 16 + column * 2] ?? 0;
      }
    }
    expect(y).toEqual(expected);
  });

  it('counts neither as parameters nor as work', () => {
    const identity = specOf({ stem: 'conv3', shortcut: 'pad', stages: [1, 1] });
    const cost = countCost(lowerSpec(identity));
    const convs = 3 * 8 * 9 + 2 * 8 * 8 * 9 + 8 * 16 * 9 + 16 * 16 * 9;
    const norms = 2 * (3 * 8 + 2 * 16);
    expect(cost.params).toBe(convs + norms + 16 * 10 + 10);
  });
});

describe('the vd pool', () => {
  it('averages the pixels that exist at an odd side', async () => {
    const graph = lowerSpec(
      specOf({
        stem: 'conv3',
        shortcut: 'avgpool',
        input: { channels: 3, height: 7, width: 10 },
      }),
    );
    const pool = graph.nodes.find((node) => node.op === 'AveragePool');
    expect(pool?.attributes).toEqual({
      kernel_shape: [2, 2],
      strides: [2, 2],
      pads: [0, 0, 1, 0],
      count_include_pad: 0,
    });
    const single = smallGraph((builder, input) => {
      const stem = builder.node('MaxPool', 'cut', [input], {
        kernel_shape: [2, 2],
        strides: [1, 1],
        pads: [0, 0, 0, 0],
      });
      return builder.node('AveragePool', 'pool', [stem], {
        ...pool?.attributes,
        pads: [0, 0, 1, 1],
      });
    }, 1);
    const y = await runGraph(single, new Float32Array(64).fill(3), 1);
    expect([...y]).toEqual(new Array(16).fill(3));
  });
});
