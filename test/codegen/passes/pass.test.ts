import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { type Pass, runPasses } from '../../../codegen/passes/pass.ts';
import { smallGraph } from '../../helpers/graphs.ts';

const graph = smallGraph((builder, input) => builder.node('Relu', 'relu', [input]));
const idle: Pass = { name: 'idle', run: (before) => before };
/** Two Relus in place of one. */
const twice: Pass = {
  name: 'twice',
  run: (before) => ({
    ...before,
    nodes: before.nodes.flatMap((node) => [
      { ...node, name: 'first', outputs: ['first'] },
      { ...node, inputs: ['first'] },
    ]),
  }),
};
const broken: Pass = { name: 'breaksIt', run: (before) => ({ ...before, nodes: [] }) };

describe('runPasses', () => {
  it('runs them in order and says what each did', () => {
    const seen: [string, Graph][] = [];
    const { graph: after, records } = runPasses(graph, [idle, twice], {
      onAfter: (pass, at) => void seen.push([pass, at]),
    });
    expect(records).toEqual([
      { pass: 'idle', changed: false, nodesBefore: 1, nodesAfter: 1 },
      { pass: 'twice', changed: true, nodesBefore: 1, nodesAfter: 2 },
    ]);
    expect(seen.map(([pass]) => pass)).toEqual(['idle', 'twice']);
    expect(seen[0]?.[1]).toBe(graph);
    expect(seen[1]?.[1]).toBe(after);
  });

  it('needs nobody who looks on', () => {
    expect(runPasses(graph, [twice]).graph.nodes).toHaveLength(2);
    expect(runPasses(graph, []).graph).toBe(graph);
  });

  it('names the pass that broke the graph, and lowering for what came in broken', () => {
    expect(() => runPasses(graph, [idle, broken, twice])).toThrow(/breaksIt/);
    expect(() => runPasses(broken.run(graph, {}), [idle])).toThrow(/lowering/);
  });
});
