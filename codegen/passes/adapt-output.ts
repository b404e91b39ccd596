/*
 * A written graph → one that answers in the form its caller wants: logits, or probabilities behind a Softmax. It runs last, where every precision has made
 * its output float32 again, so that Softmax is computed in float32 and no quantiser stands before it.
 */
import { classOutputOf, type OutputForm, outputNames } from '../architecture/output-names.ts';
import { renameOutput } from '../ir/edit.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { inputOf, outputOf, producersOf } from '../ir/walk.ts';
import type { Pass } from './pass.ts';

/** The form in which a graph tells classes: the name of the output says it. */
export function outputFormOf({ outputs }: { readonly outputs: Graph['outputs'] }): OutputForm {
  const name = classOutputOf(outputs)?.name;
  return name === outputNames.probabilities ? 'probabilities' : 'logits';
}

const softmax = (input: string): Node => ({
  name: 'head/softmax',
  op: 'Softmax',
  inputs: [input],
  outputs: [outputNames.probabilities],
  attributes: { axis: 1 },
});

/** The graph with another node list and the output of the form, whose type stays. */
function ended(graph: Graph, nodes: readonly Node[], form: OutputForm): Graph {
  const told = classOutputOf(graph.outputs);
  const outputs = graph.outputs.map((output) =>
    output === told ? { ...output, name: outputNames[form] } : output,
  );
  return { ...graph, nodes, outputs };
}

/** Puts a Softmax behind the last node, whose value gets the node's own name. */
function appendSoftmax(graph: Graph, last: Node): Graph {
  const renamed = renameOutput(last, last.name);
  const nodes = graph.nodes.map((node) => (node === last ? renamed : node));
  return ended(graph, [...nodes, softmax(last.name)], 'probabilities');
}

/** Leaves the Softmax at the end out: what it read is the output. */
function removeSoftmax(graph: Graph, last: Node): Graph {
  const logits = inputOf(last, 0);
  const nodes = graph.nodes
    .filter((node) => node !== last)
    .map((node) => (outputOf(node) === logits ? renameOutput(node, outputNames.logits) : node));
  return ended(graph, nodes, 'logits');
}

export function adaptOutput(form: OutputForm): Pass {
  return {
    name: 'adaptOutput',
    run(graph) {
      const told = classOutputOf(graph.outputs);
      if (!told || outputFormOf(graph) === form) return graph;
      const last = producersOf(graph).get(told.name);
      if (!last) throw new Error('no node makes the output');
      return form === 'probabilities' ? appendSoftmax(graph, last) : removeSoftmax(graph, last);
    },
  };
}
