import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../../codegen/ir/graph.ts';
import { nonNegativeValues, rangeOrigins } from '../../../codegen/quantization/ranges.ts';
import { computedTensors } from '../../../codegen/quantization/tensors.ts';

const node = (op: Node['op'], input: string, output: string, more: Partial<Node> = {}): Node => ({
  name: output,
  op,
  inputs: [input],
  outputs: [output],
  attributes: {},
  ...more,
});

function graphOf(dataType: 'float32' | 'uint8', ...nodes: readonly Node[]): Graph {
  return {
    name: 'small',
    opset: 13,
    inputs: [{ name: 'input', type: { dataType, shape: ['N', 3, 8, 8] } }],
    outputs: [],
    nodes,
    initializers: new Map(),
  };
}

describe('nonNegativeValues', () => {
  const found = (graph: Graph) => [...nonNegativeValues(graph)];

  it('are what a Relu makes, alone or at the end of a convolution', () => {
    const graph = graphOf(
      'float32',
      node('Conv', 'input', 'conv'),
      node('Relu', 'conv', 'relu'),
      node('FusedConv', 'relu', 'fused', { attributes: { activation: 'Relu' } }),
      node('FusedConv', 'fused', 'plain'),
    );
    expect(found(graph)).toEqual(['relu', 'fused']);
  });

  it.each([
    'MaxPool',
    'Flatten',
    'Transpose',
    'Cast',
    'AveragePool',
    'GlobalAveragePool',
  ] as const)('stay so behind %s, which makes none of others', (op) => {
    const graph = graphOf(
      'float32',
      node('Relu', 'input', 'relu'),
      node(op, 'relu', 'after'),
      node(op, 'after', 'twice'),
      node(op, 'input', 'other'),
    );
    expect(found(graph)).toEqual(['relu', 'after', 'twice']);
  });

  it('are pixels, until a mean is taken away', () => {
    const nodes = [
      node('Cast', 'input', 'cast'),
      node('Transpose', 'cast', 'planar'),
      node('Sub', 'planar', 'centred'),
    ];
    expect(found(graphOf('uint8', ...nodes))).toEqual(['input', 'cast', 'planar']);
    expect(found(graphOf('float32', ...nodes))).toEqual([]);
  });

  it('are not what an Add or a convolution makes of them', () => {
    const graph = graphOf(
      'uint8',
      node('Conv', 'input', 'conv'),
      node('Add', 'input', 'sum'),
      node('Gemm', 'input', 'gemm'),
    );
    expect(found(graph)).toEqual(['input']);
  });
});

describe('rangeOrigins', () => {
  it('of what only selects is what it was selected from, over any number of steps', () => {
    const graph = graphOf(
      'float32',
      node('Relu', 'input', 'relu'),
      node('MaxPool', 'relu', 'pool'),
      node('Flatten', 'pool', 'flat'),
      node('AveragePool', 'flat', 'average'),
      node('Cast', 'average', 'cast'),
    );
    expect([...rangeOrigins(graph)]).toEqual([
      ['pool', 'relu'],
      ['flat', 'relu'],
      ['cast', 'average'],
    ]);
  });
});

describe('computedTensors', () => {
  it('are what is made, with the summand of a block, and not what is passed on', () => {
    const graph = graphOf(
      'float32',
      node('FusedConv', 'input', 'stem/relu', {
        name: 'stem',
        inputs: ['input', 'weight', 'bias'],
      }),
      node('MaxPool', 'stem/relu', 'pool'),
      node('FusedConv', 'pool', 'block/relu', {
        name: 'block',
        inputs: ['pool', 'weight', 'bias', 'pool'],
      }),
      node('GlobalAveragePool', 'block/relu', 'mean'),
      node('Flatten', 'mean', 'flat'),
      node('Gemm', 'flat', 'logits', { name: 'fc', inputs: ['flat', 'a', 'b', 'c'] }),
      node('Softmax', 'logits', 'probabilities'),
    );
    const found = computedTensors(graph);
    expect(found.map(({ value, node: { name } }) => [value, name])).toEqual([
      ['stem/relu', 'stem'],
      ['block', 'block'],
      ['block/relu', 'block'],
      ['mean', 'mean'],
      ['logits', 'fc'],
    ]);
  });
});
