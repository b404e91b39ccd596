import type { Graph, Initializer, Node } from './graph.ts';

/** The node that makes each value. */
export function producersOf(graph: Graph): ReadonlyMap<string, Node> {
  return new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
}

/** The nodes that read each value, in graph order; a graph output is read by nobody. */
export function usersOf(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const users = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const list = users.get(input);
      if (list) list.push(node);
      else users.set(input, [node]);
    }
  }
  return users;
}

export function isGraphOutput(graph: Graph, value: string): boolean {
  return graph.outputs.some((output) => output.name === value);
}

/** The only node that reads this value, or undefined where there are more, none, or the value leaves the graph. */
export function soleUser(
  graph: Graph,
  users: ReadonlyMap<string, readonly Node[]>,
  value: string | undefined,
): Node | undefined {
  if (value === undefined || isGraphOutput(graph, value)) return undefined;
  const list = users.get(value) ?? [];
  return list.length === 1 ? list[0] : undefined;
}

export function initializerOf(graph: Graph, name: string | undefined): Initializer {
  const initializer = name === undefined ? undefined : graph.initializers.get(name);
  if (!initializer) throw new Error(`'${name}' is not an initializer`);
  return initializer;
}

/** The single output of a node. */
export function outputOf(node: Node): string {
  const [output] = node.outputs;
  if (output === undefined) throw new Error(`${node.name} has no output`);
  return output;
}

export function inputOf(node: Node, index: number): string {
  const input = node.inputs[index];
  if (input === undefined) throw new Error(`${node.name} has no input ${index}`);
  return input;
}
