import type { Graph } from './graph.ts';
import { oncePer } from './once-per.ts';
import { IllegalNode, opDefinition } from './ops.ts';
import type { TensorType } from './types.ts';

function infer(graph: Graph): ReadonlyMap<string, TensorType> {
  const types = new Map<string, TensorType>();
  for (const input of graph.inputs) types.set(input.name, input.type);
  for (const initializer of graph.initializers.values())
    types.set(initializer.name, initializer.type);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      const type = types.get(name);
      if (!type)
        throw new IllegalNode(`${node.name} (${node.op}): '${name}' is not made before it is used`);
      return type;
    });
    const output = node.outputs[0];
    if (output === undefined) throw new IllegalNode(`${node.name} (${node.op}): has no output`);
    try {
      types.set(output, opDefinition(node.op).inferType(node, inputs));
    } catch (error) {
      if (!(error instanceof IllegalNode)) throw error;
      throw new IllegalNode(`${node.name} (${node.op}): ${error.message}`);
    }
  }
  return types;
}

/** The type of every value of a graph, by name. Throws IllegalNode, naming the node, where types contradict each other. */
export const inferTypes = oncePer(infer);
