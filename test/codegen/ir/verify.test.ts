import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../../codegen/ir/graph.ts';
import { graphRules, verifyGraph } from '../../../codegen/ir/verify.ts';
import { constantSource } from '../../../codegen/quantization/constant.ts';
import { smallGraph, sourceOf } from '../../helpers/graphs.ts';

const legal = smallGraph((builder, input) => {
  const relu = builder.node('Relu', 'relu', [input]);
  return builder.node('Add', 'add', [relu, input]);
});

function changed(change: (node: Node) => Node): Graph {
  return { ...legal, nodes: legal.nodes.map(change) };
}

const only =
  (name: string, change: Partial<Node>) =>
  (node: Node): Node =>
    node.name === name ? { ...node, ...change } : node;

/** A float16 value quantised by a float16 scale, which opset 13 does not know. */
const quantizedAt13 = smallGraph((builder, input) => {
  const half = builder.node('Cast', 'half', [input], { to: 'float16' });
  const scale = builder.constant('scale', constantSource('float16', [], Uint16Array.of(0x3c00)));
  const zero = builder.constant('zero-point', constantSource('int8', [], Int8Array.of(0)));
  const quantized = builder.node('QuantizeLinear', 'quantize', [half, scale, zero]);
  return builder.node('DequantizeLinear', 'dequantize', [quantized, scale, zero]);
});

const breaches: Readonly<Record<string, Graph>> = {
  'node-names-are-unique': changed((node) => ({ ...node, name: 'same' })),
  'names-split-safely': changed(only('relu', { name: 'relu + conv' })),
  'values-have-one-producer': changed(only('relu', { outputs: ['logits'] })),
  'nodes-have-their-operators-form': changed(only('relu', { attributes: { alpha: 1 } })),
  'types-are-of-the-opset': quantizedAt13,
  'types-agree': { ...legal, nodes: legal.nodes.toReversed() },
  'initializers-are-as-declared': {
    ...legal,
    initializers: new Map([
      [
        'weight',
        {
          name: 'weight',
          type: { dataType: 'float32', shape: [2] },
          source: sourceOf(new Float32Array(3), [3]),
        },
      ],
    ]),
  },
  'nothing-is-unused': changed(only('add', { inputs: ['input', 'input'] })),
};

describe('verifyGraph', () => {
  it('accepts a legal graph', () => {
    expect(() => verifyGraph(legal, 'test')).not.toThrow();
  });

  it.each(
    graphRules.map((rule) => rule.name),
  )('finds a breach of %s and names the maker', (name) => {
    const graph = breaches[name];
    if (!graph) throw new Error(`no sample breaks ${name}`);
    expect(() => verifyGraph(graph, 'somePass')).toThrow(new RegExp(`somePass[\\s\\S]*${name}`));
  });
});
