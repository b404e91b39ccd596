import type { Graph, Initializer, Node } from './graph.ts';

/** Changes that a pass collects before it makes the new graph in one go. */
export interface GraphEdits {
  /** By node name: what stands in its place, in order; an empty list removes it. */
  readonly replaceNodes?: ReadonlyMap<string, readonly Node[]>;
  /** Value that is read instead, by the value that was. */
  readonly renameValues?: ReadonlyMap<string, string>;
  readonly addInitializers?: readonly Initializer[];
  readonly removeInitializers?: ReadonlySet<string>;
}

/** A new graph with the edits made; the same object where there are none. */
export function editGraph(graph: Graph, edits: GraphEdits): Graph {
  const replaceNodes = edits.replaceNodes ?? new Map<string, readonly Node[]>();
  const renameValues = edits.renameValues ?? new Map<string, string>();
  const added = edits.addInitializers ?? [];
  const removed = edits.removeInitializers ?? new Set<string>();
  if (replaceNodes.size + renameValues.size + added.length + removed.size === 0) return graph;
  const read = (name: string): string => renameValues.get(name) ?? name;
  const nodes = graph.nodes
    .flatMap((node) => replaceNodes.get(node.name) ?? [node])
    .map((node) =>
      node.inputs.some((input) => renameValues.has(input))
        ? { ...node, inputs: node.inputs.map(read) }
        : node,
    );
  const initializers = new Map([...graph.initializers].filter(([name]) => !removed.has(name)));
  for (const initializer of added) initializers.set(initializer.name, initializer);
  return { ...graph, nodes, initializers };
}

/** The node with another name for its single output. */
export function renameOutput(node: Node, output: string): Node {
  return { ...node, outputs: [output] };
}
