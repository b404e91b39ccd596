import type { Span } from '../../src/diagnostics/source.ts';
import type { Norm } from '../../src/language/spec.ts';
import { renameOutput } from '../ir/edit.ts';
import type { Attributes, Graph, Initializer, Node, Value } from '../ir/graph.ts';
import { type OpType, opDefinition } from '../ir/ops.ts';
import type { Shape, TensorType } from '../ir/types.ts';
import type { TensorSource } from '../tensors/tensor-source.ts';
import type { ParameterRole } from '../weights/parameter-slot.ts';

/** A value that leaves a graph, and under which name. */
export interface BuiltOutput {
  readonly value: string;
  readonly name: string;
}

/** Collects the nodes of a network in order, knowing each value's type; used by lowering only. */
export class GraphBuilder {
  readonly #types = new Map<string, TensorType>();
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #inputs: Value[] = [];
  /** Of every norm. */
  readonly epsilon: number;
  readonly norm: Norm;
  /** The .rn property that the next nodes come from. */
  span: Span | undefined;

  constructor({ epsilon, norm }: { readonly epsilon: number; readonly norm: Norm }) {
    this.epsilon = epsilon;
    this.norm = norm;
  }

  input(name: string, type: TensorType): string {
    this.#inputs.push({ name, type });
    this.#types.set(name, type);
    return name;
  }

  typeOf(value: string): TensorType {
    const type = this.#types.get(value);
    if (!type) throw new Error(`'${value}' has not been made`);
    return type;
  }

  channelsOf(value: string): number {
    return Number(this.typeOf(value).shape[1]);
  }

  /** Height and width. */
  sidesOf(value: string): readonly [number, number] {
    const { shape } = this.typeOf(value);
    return [Number(shape[2]), Number(shape[3])];
  }

  node(op: OpType, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const node: Node = {
      name,
      op,
      inputs,
      outputs: [name],
      attributes,
      ...(this.span ? { span: this.span } : {}),
    };
    this.#nodes.push(node);
    this.#types.set(
      name,
      opDefinition(op).inferType(
        node,
        inputs.map((input) => this.typeOf(input)),
      ),
    );
    return name;
  }

  /** A parameter of the step at `path`, which stands in its graph as `stem/conv1.weight`, `stem/conv1/bn.mean`. */
  parameter(path: string, role: ParameterRole, shape: Shape): string {
    return this.#initializer({
      name: `${path}.${role.slice(role.indexOf('.') + 1)}`,
      type: { dataType: 'float32', shape },
      slot: { path, role },
    });
  }

  constant(name: string, source: TensorSource): string {
    return this.#initializer({
      name,
      type: { dataType: source.dataType, shape: source.shape },
      fixed: true,
      source,
    });
  }

  /** The graph; outputs leave it under names of their own, by which its nodes read them too. */
  build(name: string, opset: number, outputs: readonly BuiltOutput[]): Graph {
    const names = new Map(outputs.map((output) => [output.value, output.name]));
    const read = (value: string): string => names.get(value) ?? value;
    const nodes = this.#nodes.map((node) => ({
      ...renameOutput(node, read(node.name)),
      inputs: node.inputs.map(read),
    }));
    return {
      name,
      opset,
      inputs: this.#inputs,
      outputs: outputs.map((output) => ({ name: output.name, type: this.typeOf(output.value) })),
      nodes,
      initializers: this.#initializers,
    };
  }

  #initializer(initializer: Initializer): string {
    this.#initializers.set(initializer.name, initializer);
    this.#types.set(initializer.name, initializer.type);
    return initializer.name;
  }
}
