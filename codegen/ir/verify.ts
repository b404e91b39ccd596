import type { Graph, Node } from './graph.ts';
import { inferTypes } from './infer-types.ts';
import { IllegalNode, opDefinition, printType } from './ops.ts';

/** What every legal graph satisfies. `find` gives one sentence for each breach. */
export interface GraphRule {
  readonly name: string;
  find(graph: Graph): readonly string[];
}

function duplicates(names: readonly string[]): readonly string[] {
  const seen = new Set(names);
  if (seen.size === names.length) return [];
  return [...seen].filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
}

/** Names of what nodes and initializers make, behind others. */
function valuesMade({ initializers, nodes }: Graph, others: readonly string[] = []): string[] {
  const names = [...others];
  for (const name of initializers.keys()) names.push(name);
  for (const { outputs } of nodes) for (const name of outputs) names.push(name);
  return names;
}

const none: readonly string[] = [];

/** Of one node. The usual case makes nothing: graphs are verified after every pass. */
function formBreaches({ name, op, inputs, outputs, attributes }: Node): readonly string[] {
  const definition = opDefinition(op);
  const count = inputs.length;
  const isCounted = count >= definition.minInputs && count <= definition.maxInputs;
  const unknown = Object.keys(attributes).filter(
    (attribute) => !Object.hasOwn(definition.attributes, attribute),
  );
  if (isCounted && outputs.length === 1 && unknown.length === 0) return none;
  return [
    ...(isCounted ? [] : [`${name} (${op}) has ${count} inputs`]),
    ...(outputs.length === 1 ? [] : [`${name} has ${outputs.length} outputs`]),
    ...unknown.map((attribute) => `${name} (${op}) has no attribute '${attribute}'`),
  ];
}

/** Letters, digits, `_`, `-`, `.` and `/`: names of fused layers are split at blanks, `+`, `|` and brackets. */
const legalName = /^[A-Za-z0-9_][\w./-]*$/;

const quantizers: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);
/** Where quantisers first took scales of float16 (onnx/docs/Changelog.md, QuantizeLinear-19). */
export const typedQuantizersSince = 19;

export const graphRules: readonly GraphRule[] = [
  {
    name: 'node-names-are-unique',
    find: (graph) =>
      duplicates(graph.nodes.map((node) => node.name)).map(
        (name) => `two nodes are named '${name}'`,
      ),
  },
  {
    name: 'names-split-safely',
    find: (graph) =>
      graph.nodes
        .flatMap((node) => [node.name, ...node.outputs])
        .filter((name) => !legalName.test(name))
        .map((name) => `'${name}' holds a character that layer names are split at`),
  },
  {
    name: 'values-have-one-producer',
    find: (graph) =>
      duplicates(
        valuesMade(
          graph,
          graph.inputs.map(({ name }) => name),
        ),
      ).map((name) => `'${name}' is made twice`),
  },
  {
    name: 'nodes-have-their-operators-form',
    find: (graph) => graph.nodes.flatMap(formBreaches),
  },
  {
    name: 'types-agree',
    find: (graph) => {
      try {
        const types = inferTypes(graph);
        return graph.outputs.flatMap((output) => {
          const made = types.get(output.name);
          if (!made) return [`output '${output.name}' is not made`];
          return printType(made) === printType(output.type)
            ? []
            : [`output '${output.name}' is ${printType(made)}, declared ${printType(output.type)}`];
        });
      } catch (error) {
        if (error instanceof IllegalNode) return [error.message];
        throw error;
      }
    },
  },
  {
    name: 'types-are-of-the-opset',
    find: (graph) =>
      graph.nodes
        .filter(({ op }) => quantizers.has(op) && graph.opset < typedQuantizersSince)
        .flatMap(({ name, op, inputs: [, scale = ''] }) => {
          const type = graph.initializers.get(scale)?.type.dataType;
          return type === undefined || type === 'float32'
            ? []
            : [`${name} (${op}) has a scale of ${type} at opset ${graph.opset}`];
        }),
  },
  {
    name: 'initializers-are-as-declared',
    find: (graph) =>
      [...graph.initializers.values()].flatMap(({ name, type, source }) =>
        source && printType({ dataType: source.dataType, shape: source.shape }) !== printType(type)
          ? [
              `'${name}' is declared ${printType(type)}, its source gives ${source.dataType}[${source.shape}]`,
            ]
          : none,
      ),
  },
  {
    name: 'nothing-is-unused',
    find: (graph) => {
      const read = new Set(graph.outputs.map(({ name }) => name));
      for (const { inputs } of graph.nodes) for (const name of inputs) read.add(name);
      return valuesMade(graph)
        .filter((name) => !read.has(name))
        .map((name) => `'${name}' is used by nothing`);
    },
  },
];

/** Throws where a graph breaks a rule: a bug in what made it, named by `maker`. */
export function verifyGraph(graph: Graph, maker: string): void {
  const breaches = graphRules.flatMap((rule) =>
    rule.find(graph).map((breach) => `${rule.name}: ${breach}`),
  );
  if (breaches.length > 0) {
    throw new Error(`${maker} made an illegal graph:\n  ${breaches.slice(0, 20).join('\n  ')}`);
  }
}
