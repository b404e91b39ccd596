import type { Graph } from './graph.ts';
import { inferTypes } from './infer-types.ts';
import { IllegalNode, opDefinition, printType } from './ops.ts';

/** What every legal graph satisfies. `find` gives one sentence for each breach. */
export interface GraphRule {
  readonly name: string;
  find(graph: Graph): readonly string[];
}

function duplicates(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return [...new Set(names.filter((name) => seen.size === seen.add(name).size))];
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
      duplicates([
        ...graph.inputs.map((input) => input.name),
        ...graph.initializers.keys(),
        ...graph.nodes.flatMap((node) => node.outputs),
      ]).map((name) => `'${name}' is made twice`),
  },
  {
    name: 'nodes-have-their-operators-form',
    find: (graph) =>
      graph.nodes.flatMap((node) => {
        const definition = opDefinition(node.op);
        const count = node.inputs.length;
        const unknown = Object.keys(node.attributes).filter(
          (name) => !Object.hasOwn(definition.attributes, name),
        );
        return [
          ...(count < definition.minInputs || count > definition.maxInputs
            ? [`${node.name} (${node.op}) has ${count} inputs`]
            : []),
          ...(node.outputs.length === 1 ? [] : [`${node.name} has ${node.outputs.length} outputs`]),
          ...unknown.map((name) => `${node.name} (${node.op}) has no attribute '${name}'`),
        ];
      }),
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
          : [],
      ),
  },
  {
    name: 'nothing-is-unused',
    find: (graph) => {
      const read = new Set([
        ...graph.nodes.flatMap((node) => node.inputs),
        ...graph.outputs.map((output) => output.name),
      ]);
      const made = [...graph.initializers.keys(), ...graph.nodes.flatMap((node) => node.outputs)];
      return made.filter((name) => !read.has(name)).map((name) => `'${name}' is used by nothing`);
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
