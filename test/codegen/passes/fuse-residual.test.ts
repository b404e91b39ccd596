import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../codegen/architecture/graph-builder.ts';
import { printGraph } from '../../../codegen/ir/print.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { expandFusedConv } from '../../../codegen/passes/expand-fused-conv.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { convBatchNorm, smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';

function conv(builder: GraphBuilder, x: string, name: string, relu: boolean): string {
  return convBatchNorm(builder, x, { name, channels: 4, kernel: 3, stride: 1, relu });
}

const block = smallGraph((builder, input) => {
  const x = conv(builder, input, 'a', true);
  const branch = conv(builder, x, 'b', false);
  const sum = builder.node('Add', 'b/add', [branch, x]);
  return builder.node('Relu', 'b/relu', [sum]);
});
const folded = foldBatchNorm.run(block, {});

describe('fuseResidual', () => {
  it('makes a block a chain of fused convolutions', () => {
    const fused = fuseResidual.run(folded, {});
    verifyGraph(fused, 'test');
    expect(printGraph(fused)).toMatchInlineSnapshot(`
      "graph small opset=13 (input: float32[N,3,8,8]) -> (logits: float32[N,4,8,8]) {
        a/relu: float32[N,4,8,8] = @a FusedConv(input, a.weight: float32[4,3,3,3], a.bias: float32[4]) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1] activation=Relu
        logits: float32[N,4,8,8] = @b FusedConv(a/relu, b.weight: float32[4,4,3,3], b.bias: float32[4], a/relu) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1] activation=Relu
      }
      "
    `);
  });

  it('is undone by expandFusedConv, names and all', () => {
    const back = expandFusedConv.run(fuseResidual.run(folded, {}), {});
    expect(printGraph(back)).toBe(printGraph(folded));
  });

  it('leaves a convolution without bias alone', () => {
    expect(fuseResidual.run(block, {})).toBe(block);
  });

  it('does not take in an Add whose sum is read twice as anything but a sum', () => {
    const twice = foldBatchNorm.run(
      smallGraph((builder, input) => {
        const x = conv(builder, input, 'a', true);
        const sum = builder.node('Add', 'b/add', [conv(builder, x, 'b', false), x]);
        const relu = builder.node('Relu', 'b/relu', [sum]);
        return builder.node('Add', 'last', [relu, sum]);
      }),
      {},
    );
    const fused = fuseResidual.run(twice, {});
    verifyGraph(fused, 'test');
    const b = fused.nodes.find((node) => node.name === 'b');
    expect(b?.attributes.activation).toBe('None');
    expect(fused.nodes.map((node) => node.op)).toEqual(['FusedConv', 'FusedConv', 'Relu', 'Add']);
  });

  it('never takes in a residual that is made later', () => {
    const later = foldBatchNorm.run(
      smallGraph((builder, input) => {
        const branch = conv(builder, input, 'a', false);
        const shortcut = conv(builder, input, 'b', false);
        return builder.node('Add', 'sum', [branch, shortcut]);
      }),
      {},
    );
    const fused = fuseResidual.run(later, {});
    verifyGraph(fused, 'test');
    expect(fused.nodes.map((node) => `${node.op} ${node.name}`)).toEqual(['Conv a', 'FusedConv b']);
  });

  it('keeps the numbers', async () => {
    const bound = withNumbers(block);
    const before = await runGraph(bound);
    const fused = fuseResidual.run(foldBatchNorm.run(bound, {}), {});
    expect(maxError(before, await runGraph(expandFusedConv.run(fused, {})))).toBeLessThan(1e-5);
  });

  const foldedGraph = (build: Parameters<typeof smallGraph>[0], channels = 3) =>
    foldBatchNorm.run(smallGraph(build, channels), {});
  const opsAfter = (graph: ReturnType<typeof foldedGraph>) => {
    const fused = fuseResidual.run(graph, {});
    verifyGraph(fused, 'test');
    return fused.nodes.map(({ op, name }) => `${op} ${name}`);
  };

  it('takes in the input of the graph as a residual', () => {
    const graph = foldedGraph(
      (builder, input) => builder.node('Add', 'sum', [input, conv(builder, input, 'a', false)]),
      4,
    );
    const fused = fuseResidual.run(graph, {});
    expect(fused.nodes.map(({ op, inputs }) => [op, inputs[3]])).toEqual([['FusedConv', 'input']]);
    expect(printGraph(expandFusedConv.run(fused, {}))).toContain('Add(a, input)');
  });

  it('takes in an Add without a Relu behind it, and gives none back', () => {
    const graph = foldedGraph((builder, input) => {
      const x = conv(builder, input, 'a', true);
      return builder.node('Add', 'b/add', [conv(builder, x, 'b', false), x]);
    });
    const fused = fuseResidual.run(graph, {});
    expect(fused.nodes.map(({ attributes }) => attributes.activation)).toEqual(['Relu', 'None']);
    expect(printGraph(expandFusedConv.run(fused, {}))).toBe(printGraph(graph));
  });

  it('leaves other operators of two values, and a value added to itself, alone', () => {
    const multiplied = foldedGraph((builder, input) => {
      const x = conv(builder, input, 'a', true);
      return builder.node('Mul', 'product', [conv(builder, x, 'b', false), x]);
    });
    expect(opsAfter(multiplied)).toEqual(['FusedConv a', 'Conv b', 'Mul product']);
    const doubled = foldedGraph((builder, input) => {
      const x = conv(builder, input, 'a', false);
      return builder.node('Add', 'double', [x, x]);
    });
    expect(opsAfter(doubled)).toEqual(['Conv a', 'Add double']);
    const pooled = foldedGraph((builder, input) =>
      builder.node('GlobalAveragePool', 'pool', [conv(builder, input, 'a', false)]),
    );
    expect(opsAfter(pooled)).toEqual(['Conv a', 'GlobalAveragePool pool']);
  });

  it('leaves a Relu behind a convolution without bias where it is', () => {
    const { nodes } = foldedGraph((builder, input) => conv(builder, input, 'a', true));
    const bare = nodes.map((node) =>
      node.op === 'Conv' ? { ...node, inputs: node.inputs.slice(0, 2) } : node,
    );
    const graph = {
      ...foldedGraph((builder, input) => conv(builder, input, 'a', true)),
      nodes: bare,
    };
    expect(fuseResidual.run(graph, {})).toBe(graph);
  });

  it('keeps where in the spec a node comes from', () => {
    const span = { file: { path: 'a.rn', text: 'model small' }, start: 3, end: 9 };
    const graph = { ...folded, nodes: folded.nodes.map((node) => ({ ...node, span })) };
    const back = expandFusedConv.run(fuseResidual.run(graph, {}), {});
    for (const node of back.nodes) expect(node.span).toEqual(span);
    for (const node of expandFusedConv.run(fuseResidual.run(folded, {}), {}).nodes)
      expect(node).not.toHaveProperty('span');
  });
});
