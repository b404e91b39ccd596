import { describe, expect, it } from 'vitest';
import { freeBatch, tapValues } from '../../../codegen/passes/tap-values.ts';
import { smallGraph } from '../../helpers/graphs.ts';

const graph = smallGraph((builder, input) => {
  const relu = builder.node('Relu', 'relu', [input]);
  const pool = builder.node('GlobalAveragePool', 'pool', [relu]);
  return builder.node('Flatten', 'flat', [pool], { axis: 1 });
});
const [output] = graph.outputs;

describe('tapValues', () => {
  it('lets values leave beside the output, each with its type', () => {
    const tapped = tapValues(['pool', 'relu']).run(graph, {});
    expect(tapped.outputs).toEqual([
      output,
      { name: 'pool', type: { dataType: 'float32', shape: ['N', 3, 1, 1] } },
      { name: 'relu', type: { dataType: 'float32', shape: ['N', 3, 8, 8] } },
    ]);
    expect(tapped.nodes).toBe(graph.nodes);
  });

  it('is the same graph where nothing new leaves', () => {
    expect(tapValues([]).run(graph, {})).toBe(graph);
    expect(tapValues(['logits']).run(graph, {})).toBe(graph);
    expect(tapValues(['logits', 'relu']).run(graph, {}).outputs).toHaveLength(2);
  });

  it('knows no other values', () => {
    expect(() => tapValues(['relu', 'elu']).run(graph, {})).toThrow("'elu' is not in the graph");
  });
});

describe('freeBatch', () => {
  const [input] = graph.inputs;
  const fixed = {
    ...graph,
    inputs: [{ name: 'input', type: { dataType: 'float32', shape: [4, 3, 8, 8] } as const }],
    outputs: [{ name: 'logits', type: { dataType: 'float32', shape: [4, 3] } as const }],
  };

  it('makes a fixed batch free, in what leaves too', () => {
    const free = freeBatch(fixed);
    expect(free.inputs).toEqual([input]);
    expect(free.outputs).toEqual([output]);
    expect(free.nodes).toBe(fixed.nodes);
  });

  it('leaves a free batch and a graph without input alone', () => {
    expect(freeBatch(graph)).toBe(graph);
    const none = { ...graph, inputs: [] };
    expect(freeBatch(none)).toBe(none);
  });

  it('keeps the type of an output that nothing makes', () => {
    const lost = { name: 'lost', type: { dataType: 'float32', shape: [4] } as const };
    expect(freeBatch({ ...fixed, outputs: [lost] }).outputs).toEqual([lost]);
  });
});
