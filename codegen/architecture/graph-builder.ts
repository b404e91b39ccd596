import type { Span } from '../../src/diagnostics/source.ts';
import { renameOutput } from '../ir/edit.ts';
import type { Attributes, Graph, Initializer, Node, Value } from '../ir/graph.ts';
import { type OpType, opDefinition } from '../ir/ops.ts';
import type { Shape, TensorType } from '../ir/types.ts';
import type { TensorSource } from '../tensors/tensor-source.ts';
import type { LayerPlace, ParameterRole } from '../weights/parameter-slot.ts';

/** Batch-norm epsilon of Paddle, torchvision, timm and the CIFAR networks; it is in no weights file. */
const epsilon = 1e-5;

export interface ConvOptions {
  /** Path of the convolution; its batch norm, add and Relu stand below it. */
  readonly name: string;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly place: LayerPlace;
  readonly relu: boolean;
}

/** Collects the nodes of a network in order, knowing each value's type; used by lowering only. */
export class GraphBuilder {
  readonly #types = new Map<string, TensorType>();
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #inputs: Value[] = [];
  /** The .rn property that the next nodes come from. */
  span: Span | undefined;

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

  parameter(name: string, shape: Shape, place: LayerPlace, role: ParameterRole): string {
    return this.#initializer({
      name,
      type: { dataType: 'float32', shape },
      slot: { place, role },
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

  /** Convolution with "same" padding for odd kernels, batch norm, and Relu where wanted. */
  convBatchNorm(x: string, { name, channels, kernel, stride, place, relu }: ConvOptions): string {
    const weight = this.parameter(
      `${name}.weight`,
      [channels, this.channelsOf(x), kernel, kernel],
      place,
      'conv.weight',
    );
    const pad = (kernel - 1) / 2;
    const conv = this.node('Conv', name, [x, weight], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
    const roles = ['scale', 'bias', 'mean', 'var'] as const;
    const parameters = roles.map((role) =>
      this.parameter(`${name}/bn.${role}`, [channels], place, `bn.${role}`),
    );
    const normalized = this.node('BatchNormalization', `${name}/bn`, [conv, ...parameters], {
      epsilon,
    });
    return relu ? this.node('Relu', `${name}/relu`, [normalized]) : normalized;
  }

  /** The graph; `output` leaves it under a name of its own. */
  build(name: string, opset: number, output: { value: string; name: string }): Graph {
    const nodes = this.#nodes.map((node) =>
      node.outputs[0] === output.value ? renameOutput(node, output.name) : node,
    );
    return {
      name,
      opset,
      inputs: this.#inputs,
      outputs: [{ name: output.name, type: this.typeOf(output.value) }],
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
