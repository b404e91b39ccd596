import type { Graph } from '../../codegen/ir/graph.ts';
import { inferTypes } from '../../codegen/ir/infer-types.ts';
import type { DataType } from '../../codegen/ir/types.ts';

/** A node of the ONNX file that the engine was built from. */
export interface AuditNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of its first output, where known: a typed graph asks for just this. */
  readonly dataType?: DataType;
}

/** The part of a model that an audit compares with an engine. */
export interface AuditGraph {
  readonly nodes: readonly AuditNode[];
  /** Names of the network's outputs. */
  readonly outputs: readonly string[];
}

/** From the graph that was written. */
export function auditGraphOf(graph: Graph): AuditGraph {
  const types = inferTypes(graph);
  return {
    nodes: graph.nodes.map(({ name, op, inputs, outputs }) => {
      const dataType = types.get(outputs[0] ?? '')?.dataType;
      return { name, op, inputs, outputs, ...(dataType ? { dataType } : {}) };
    }),
    outputs: graph.outputs.map(({ name }) => name),
  };
}

/** The graph without its types: a weakly typed builder is free to choose others. */
export function withoutTypes({ nodes, outputs }: AuditGraph): AuditGraph {
  return { nodes: nodes.map(({ dataType: _, ...node }) => node), outputs };
}

/** The graph with nodes that are to compute in float32 whatever the precision. */
export function withFloat32(graph: AuditGraph, names: readonly string[] = []): AuditGraph {
  const held = new Set(names);
  const nodes = graph.nodes.map((node) =>
    held.has(node.name) ? { ...node, dataType: 'float32' as const } : node,
  );
  return { ...graph, nodes };
}

/** The fields of a GraphProto that are used here. */
export interface OnnxGraphLike {
  readonly node?:
    | readonly {
        readonly name?: string | null;
        readonly opType?: string | null;
        readonly input?: readonly string[] | null;
        readonly output?: readonly string[] | null;
      }[]
    | null;
  readonly output?: readonly { readonly name?: string | null }[] | null;
}

/** From an ONNX file; a node without a name goes by that of its first output, as TensorRT's parser names it. */
export function auditGraphOfOnnx(graph: OnnxGraphLike): AuditGraph {
  return {
    nodes: (graph.node ?? []).map(({ name, opType, input, output }) => ({
      name: name || output?.[0] || '',
      op: opType ?? '',
      inputs: input ?? [],
      outputs: output ?? [],
    })),
    outputs: (graph.output ?? []).map(({ name }) => name ?? ''),
  };
}

/** Look-ups over an AuditGraph. */
export interface GraphIndex {
  readonly graph: AuditGraph;
  readonly nodes: ReadonlyMap<string, AuditNode>;
  producer(value: string): AuditNode | undefined;
  users(value: string): readonly AuditNode[];
  isOutput(value: string): boolean;
}

export function indexGraph(graph: AuditGraph): GraphIndex {
  const producers = new Map<string, AuditNode>();
  const users = new Map<string, AuditNode[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) producers.set(output, node);
    for (const input of node.inputs) {
      const known = users.get(input);
      if (known) known.push(node);
      else users.set(input, [node]);
    }
  }
  const outputs = new Set(graph.outputs);
  return {
    graph,
    nodes: new Map(graph.nodes.map((node) => [node.name, node])),
    producer: (value) => producers.get(value),
    users: (value) => users.get(value) ?? [],
    isOutput: (value) => outputs.has(value),
  };
}
