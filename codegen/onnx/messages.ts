import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { ownValue } from '../../src/collections/own-value.ts';
import type { Attributes, AttributeValue, Graph, Node, Value } from '../ir/graph.ts';
import { type AttributeKind, opDefinition } from '../ir/ops.ts';
import { type DataType, dataTypes } from '../ir/types.ts';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;

type Encoder = (value: AttributeValue) => Onnx.IAttributeProto;

/** Attributes without their names, by what they hold. */
export const encoders: Readonly<Record<Exclude<AttributeKind, 'input'>, Encoder>> = {
  int: (value) => ({ type: AttributeType.INT, i: Number(value) }),
  float: (value) => ({ type: AttributeType.FLOAT, f: Number(value) }),
  ints: (value) => ({ type: AttributeType.INTS, ints: [...(value as readonly number[])] }),
  string: (value) => ({ type: AttributeType.STRING, s: new TextEncoder().encode(String(value)) }),
  dataType: (value) => ({ type: AttributeType.INT, i: dataTypes[value as DataType].onnx }),
};

function kindOf(node: Node, attribute: string): AttributeKind {
  const kind = ownValue(opDefinition(node.op).attributes, attribute);
  if (!kind) throw new Error(`${node.name}: attribute '${attribute}' has no kind`);
  return kind;
}

function encodeAttributes(node: Node): Onnx.IAttributeProto[] {
  const attributes: Attributes = node.attributes;
  return Object.entries(attributes).flatMap(([name, value]) => {
    const kind = kindOf(node, name);
    return kind === 'input' ? [] : { name, ...encoders[kind](value) };
  });
}

/** The constants that stand for attributes of kind `input`. */
function encodeConstants(node: Node): Onnx.ITensorProto[] {
  return Object.entries(node.attributes)
    .filter(([name]) => kindOf(node, name) === 'input')
    .map(([name, value]) => {
      const numbers = value as readonly number[];
      return {
        name: `${node.name}/${name}`,
        dims: [numbers.length],
        dataType: dataTypes.int64.onnx,
        int64Data: [...numbers],
      };
    });
}

function encodeNode(node: Node): Onnx.INodeProto {
  if (!opDefinition(node.op).onnx) throw new Error(`${node.name}: ONNX has no ${node.op}`);
  return {
    name: node.name,
    opType: node.op,
    input: [...node.inputs, ...encodeConstants(node).map(({ name }) => name ?? '')],
    output: [...node.outputs],
    attribute: encodeAttributes(node),
  };
}

/** A graph input or output; `N` is a dimension of any size. */
export function encodeValue({ name, type }: Value): Onnx.IValueInfoProto {
  return {
    name,
    type: {
      tensorType: {
        elemType: dataTypes[type.dataType].onnx,
        shape: {
          dim: type.shape.map((dim) => (dim === 'N' ? { dimParam: 'N' } : { dimValue: dim })),
        },
      },
    },
  };
}

/** The graph without the initializers that have sources, as GraphProto bytes. */
export function encodeGraph(graph: Graph): Uint8Array {
  return onnx.GraphProto.encode({
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: graph.nodes.flatMap(encodeConstants),
    input: graph.inputs.map(encodeValue),
    output: graph.outputs.map(encodeValue),
  }).finish();
}

/** IR version that belongs to an opset (onnx/docs/Versioning.md). */
function irVersionOf(opset: number): number {
  if (opset <= 14) return 7;
  return opset <= 18 ? 8 : 9;
}

/** The model without graph and metadata, as ModelProto bytes. */
export function encodeModelHead(opset: number, producerVersion: string): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: irVersionOf(opset),
    opsetImport: [{ domain: '', version: opset }],
    producerName: 'rcc',
    producerVersion,
  }).finish();
}

const constantsKey = 'rcc.constants';

/** Metadata that names the initializers which nobody trained: scales, zero points, the weights of a shortcut that pads. They cost no parameter and no MAC. */
export function constantsMetadata({ initializers }: Graph): Readonly<Record<string, string>> {
  const names = [...initializers.values()].filter(({ fixed }) => fixed).map(({ name }) => name);
  return names.length > 0 ? { [constantsKey]: names.join('\n') } : {};
}

/** Metadata without those, and the names that they hold. */
export function takeConstants({
  [constantsKey]: names,
  ...metadata
}: Readonly<Record<string, string>>): {
  readonly metadata: Readonly<Record<string, string>>;
  readonly constants: Set<string>;
} {
  return { metadata, constants: new Set(names?.split('\n')) };
}

/** Model metadata, as ModelProto bytes: messages may be concatenated. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Uint8Array {
  return onnx.ModelProto.encode({
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }).finish();
}
