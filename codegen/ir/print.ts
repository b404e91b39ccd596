import type { AttributeValue, Graph, Node } from './graph.ts';
import { inferTypes } from './infer-types.ts';
import { printType } from './ops.ts';

function printAttribute(value: AttributeValue): string {
  return typeof value === 'object' ? `[${value.join(',')}]` : String(value);
}

function printNode(node: Node, graph: Graph, type: string): string {
  const inputs = node.inputs.map((name) => {
    const initializer = graph.initializers.get(name);
    return initializer ? `${name}: ${printType(initializer.type)}` : name;
  });
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => ` ${name}=${printAttribute(value)}`,
  );
  const named = node.outputs[0] === node.name ? '' : `@${node.name} `;
  return `  ${node.outputs.join(', ')}: ${type} = ${named}${node.op}(${inputs.join(', ')})${attributes.join('')}`;
}

/** The graph as text, one node a line: stable, so that golden tests and `--print-after` can show it. */
export function printGraph(graph: Graph): string {
  const types = inferTypes(graph);
  const values = (list: Graph['inputs']): string =>
    list.map((value) => `${value.name}: ${printType(value.type)}`).join(', ');
  const lines = graph.nodes.map((node) => {
    const type = types.get(node.outputs[0] ?? '');
    return printNode(node, graph, type ? printType(type) : '?');
  });
  return [
    `graph ${graph.name} opset=${graph.opset} (${values(graph.inputs)}) -> (${values(graph.outputs)}) {`,
    ...lines,
    '}',
    '',
  ].join('\n');
}
