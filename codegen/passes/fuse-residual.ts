/*
 * Conv [→ Add(other)] → Relu, and Conv → Add without Relu, become one FusedConv, so that a residual block is a chain of fused
 * convolutions in the IR and later passes see the residual operand for what it is. The last convolution of the main
 * branch takes the Add in. Not where anything else reads a value in between, nor where the convolution has no bias.
 */
import { editGraph } from '../ir/edit.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { outputOf, soleUser, usersOf } from '../ir/walk.ts';
import type { Pass } from './pass.ts';

type Users = ReadonlyMap<string, readonly Node[]>;

interface Chain {
  readonly nodes: readonly Node[];
  readonly residual: string | undefined;
  readonly activation: 'Relu' | 'None';
}

/** Position of each value's producer: a residual must be made before the convolution that takes it in. */
function positionsOf(graph: Graph): ReadonlyMap<string, number> {
  return new Map(graph.nodes.map((node, i) => [outputOf(node), i]));
}

function addAfter(
  graph: Graph,
  users: Users,
  conv: Node,
  positions: ReadonlyMap<string, number>,
): { add: Node; residual: string } | undefined {
  const add = soleUser(graph, users, outputOf(conv));
  if (add?.op !== 'Add') return undefined;
  const residual = add.inputs.find((input) => input !== outputOf(conv));
  const made = residual === undefined ? undefined : (positions.get(residual) ?? -1);
  const own = positions.get(outputOf(conv)) ?? 0;
  return residual !== undefined && made !== undefined && made < own ? { add, residual } : undefined;
}

function chainFrom(
  graph: Graph,
  users: Users,
  conv: Node,
  positions: ReadonlyMap<string, number>,
): Chain | undefined {
  const added = addAfter(graph, users, conv, positions);
  const last = added?.add ?? conv;
  const relu = soleUser(graph, users, outputOf(last));
  const nodes = [conv, ...(added ? [added.add] : []), ...(relu?.op === 'Relu' ? [relu] : [])];
  if (nodes.length === 1) return undefined;
  return {
    nodes,
    residual: added?.residual,
    activation: relu?.op === 'Relu' ? 'Relu' : 'None',
  };
}

export const fuseResidual: Pass = {
  name: 'fuseResidual',
  run(graph) {
    const users = usersOf(graph);
    const positions = positionsOf(graph);
    const replaceNodes = new Map<string, readonly Node[]>();
    for (const conv of graph.nodes) {
      if (conv.op !== 'Conv' || conv.inputs.length < 3) continue;
      const chain = chainFrom(graph, users, conv, positions);
      if (!chain) continue;
      const output = outputOf(chain.nodes.at(-1) ?? conv);
      const fused: Node = {
        ...conv,
        op: 'FusedConv',
        inputs: chain.residual === undefined ? conv.inputs : [...conv.inputs, chain.residual],
        outputs: [output],
        attributes: { ...conv.attributes, activation: chain.activation },
      };
      for (const node of chain.nodes) replaceNodes.set(node.name, []);
      replaceNodes.set(conv.name, [fused]);
    }
    return editGraph(graph, { replaceNodes });
  },
};
