/* Changes to a model as a careless exporter makes them: nodes that the IR has no words for. */
import { readFileSync, writeFileSync } from 'node:fs';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';

const { onnx } = onnxProto;

/** An ONNX graph with its weights, to be changed in place. */
export class EditableModel {
  readonly #model: Onnx.ModelProto;
  readonly graph: Onnx.IGraphProto;

  constructor(path: string) {
    this.#model = onnx.ModelProto.decode(readFileSync(path));
    this.graph = this.#model.graph ?? {};
  }

  get nodes(): Onnx.INodeProto[] {
    return this.graph.node ?? [];
  }

  node(name: string): Onnx.INodeProto {
    const found = this.nodes.find((node) => node.name === name);
    if (!found) throw new Error(`no node '${name}'`);
    return found;
  }

  /** Puts a node behind another one; its output has its name. Those who read the other's output read on, unless `between` is set. */
  addAfter(name: string, node: Onnx.INodeProto, between = false): void {
    const before = this.node(name);
    const value = before.output?.[0] ?? '';
    const own = node.name ?? '';
    if (between) {
      for (const { input } of this.nodes) {
        if (input?.includes(value)) input.splice(input.indexOf(value), 1, own);
      }
    }
    this.nodes.splice(this.nodes.indexOf(before) + 1, 0, {
      input: [value],
      ...node,
      output: [own],
    });
  }

  /** Lets a float16 value leave the network too. */
  addOutput(name: string, shape: readonly (number | 'N')[]): void {
    const dim = shape.map((size) => (size === 'N' ? { dimParam: size } : { dimValue: size }));
    const elemType = onnx.TensorProto.DataType.FLOAT16;
    this.graph.output?.push({ name, type: { tensorType: { elemType, shape: { dim } } } });
  }

  /** A constant list of whole numbers. */
  addConstant(name: string, numbers: readonly number[]): void {
    this.graph.initializer?.push({
      name,
      dims: [numbers.length],
      dataType: onnx.TensorProto.DataType.INT64,
      int64Data: [...numbers],
    });
  }

  write(path: string): void {
    writeFileSync(path, onnx.ModelProto.encode(this.#model).finish());
  }
}

/** Cast to a type by ONNX's number. */
export function castTo(name: string, type: 'FLOAT' | 'FLOAT16'): Onnx.INodeProto {
  const i = onnx.TensorProto.DataType[type];
  return {
    name,
    opType: 'Cast',
    attribute: [{ name: 'to', type: onnx.AttributeProto.AttributeType.INT, i }],
  };
}
