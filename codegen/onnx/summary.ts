import type { onnx as Onnx } from 'onnx-proto';
import type { Attributes, AttributeValue, Node } from '../ir/graph.ts';
import { IllegalNode, type OpType, opDefinition, ops } from '../ir/ops.ts';
import { byteCount, type Dim, dataTypeNames, elementCount, type TensorType } from '../ir/types.ts';
import { takeConstants } from './messages.ts';
import type { OnnxLayer, OnnxSummary } from './onnx-summary.ts';
import type { OnnxFile, OnnxInitializer } from './read.ts';

function isKnownOp(op: string): op is OpType {
  return Object.hasOwn(ops, op);
}

function typeOfValue(value: Onnx.IValueInfoProto): TensorType | undefined {
  const tensor = value.type?.tensorType;
  const dataType = dataTypeNames.get(tensor?.elemType ?? 0);
  if (!tensor?.shape || !dataType) return undefined;
  const shape = (tensor.shape.dim ?? []).map(
    (dim): Dim => (dim.dimParam ? 'N' : Number(dim.dimValue ?? 0)),
  );
  return { dataType, shape };
}

function typeOfInitializer({ dataType, shape }: OnnxInitializer): TensorType | undefined {
  return typeof dataType === 'string' ? { dataType, shape } : undefined;
}

function attributeValue(attribute: Onnx.IAttributeProto): AttributeValue {
  if (attribute.ints?.length) return attribute.ints.map(Number);
  if (attribute.s?.length) return new TextDecoder().decode(attribute.s);
  return attribute.f || Number(attribute.i ?? 0);
}

function attributesOf(node: Onnx.INodeProto): Attributes {
  return Object.fromEntries(
    (node.attribute ?? []).map((attribute) => {
      const value = attributeValue(attribute);
      const name = attribute.name ?? '';
      return [name, name === 'to' ? (dataTypeNames.get(Number(value)) ?? value) : value];
    }),
  );
}

interface Known {
  readonly output: TensorType;
  readonly macs: number;
}

/** Attributes of other makers may lead to sizes that are none. */
function isSound(type: TensorType): boolean {
  const sizes = type.shape.filter((size) => size !== 'N');
  return sizes.every((size) => size >= 0) && Number.isSafeInteger(byteCount(type));
}

function inferKnown(node: Node, inputs: readonly (TensorType | undefined)[]): Known | undefined {
  if (!inputs.every((type) => type !== undefined)) return undefined;
  const definition = opDefinition(node.op);
  try {
    const output = definition.inferType(node, inputs);
    const macs = definition.macs?.(inputs, output) ?? 0;
    return isSound(output) && Number.isSafeInteger(macs) ? { output, macs } : undefined;
  } catch (error) {
    // A use of the operator that rcc itself never writes.
    if (error instanceof IllegalNode) return undefined;
    throw error;
  }
}

/** What is known of the values before a node, by name; what it makes of them is added. */
interface Values {
  readonly types: Map<string, TensorType>;
  readonly weights: ReadonlyMap<string, OnnxInitializer>;
  /** Those that nobody trained, also behind their quantisers. */
  readonly constants: Set<string>;
}

const quantizers: readonly string[] = ['QuantizeLinear', 'DequantizeLinear'];

/** Whether all that a node works with beside its input is such. */
function isUntrained(inputs: readonly string[], { constants }: Values): boolean {
  const operands = inputs.slice(1);
  return operands.length > 0 && operands.every((name) => constants.has(name));
}

function summarizeNode(proto: Onnx.INodeProto, values: Values): OnnxLayer {
  const { types, weights, constants } = values;
  const op = proto.opType ?? '';
  const inputs = (proto.input ?? []).filter((name) => name !== '');
  const [output = ''] = proto.output ?? [];
  const own = inputs.flatMap((name) => weights.get(name) ?? []);
  const trained = op === 'BatchNormalization' ? own.slice(0, 2) : own;
  const counted = trained.filter(({ name }) => !constants.has(name));
  const name = proto.name || output;
  const known = isKnownOp(op)
    ? inferKnown(
        { name, op, inputs, outputs: [output], attributes: attributesOf(proto) },
        inputs.map((input) => types.get(input)),
      )
    : undefined;
  const type = known?.output ?? types.get(output);
  if (type) types.set(output, type);
  if (quantizers.includes(op) && constants.has(inputs[0] ?? '')) constants.add(output);
  return {
    name,
    op,
    output: type,
    params: counted.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    macs: isUntrained(inputs, values) ? 0 : (known?.macs ?? 0),
    weightBytes: own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    outputBytes: type ? byteCount(type) : 0,
  };
}

/** Layers of an ONNX file with shapes and costs for one picture, as far as rcc knows the operators. */
export function summarizeOnnx({ model, graph, initializers }: OnnxFile): OnnxSummary {
  const types = new Map<string, TensorType>();
  const declare = (name: string, type: TensorType | undefined): void => {
    if (type) types.set(name, type);
  };
  const weights = new Map(initializers.map((initializer) => [initializer.name, initializer]));
  for (const value of [...graph.valueInfo, ...graph.output, ...graph.input]) {
    declare(value.name ?? '', typeOfValue(value));
  }
  for (const initializer of initializers) declare(initializer.name, typeOfInitializer(initializer));
  const { metadata, constants } = takeConstants(
    Object.fromEntries(model.metadataProps.map(({ key, value }) => [key ?? '', value ?? ''])),
  );
  const describe = (value: Onnx.IValueInfoProto) => ({
    name: value.name ?? '',
    type: typeOfValue(value),
  });
  return {
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    opset: Number(model.opsetImport.find(({ domain }) => !domain)?.version ?? 0),
    metadata,
    inputs: graph.input.filter(({ name }) => !weights.has(name ?? '')).map(describe),
    outputs: graph.output.map(describe),
    layers: graph.node.map((node) => summarizeNode(node, { types, weights, constants })),
  };
}
