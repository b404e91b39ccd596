import type { Node } from './graph.ts';
import { type Dim, elementCount, type Shape, type TensorType } from './types.ts';

/** Form of an attribute's value; a data type is written by name here and by number in ONNX. */
export type AttributeKind = 'int' | 'float' | 'ints' | 'string' | 'dataType';

/** What a legal node of this type is, and what follows from its inputs. */
export interface OpDefinition {
  /** Whether ONNX knows it (default domain). Operators of rcc's own are expanded before a file is written. */
  readonly onnx: boolean;
  readonly minInputs: number;
  readonly maxInputs: number;
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  /** The output's type; throws IllegalNode where the inputs cannot be. */
  inferType(node: Node, inputs: readonly TensorType[]): TensorType;
  /** Multiply-accumulates for one picture. */
  macs?(inputs: readonly TensorType[], output: TensorType): number;
}

/** A node whose inputs or attributes contradict its operator: a bug of a pass, named by `verifyGraph`. */
export class IllegalNode extends Error {
  override readonly name = 'IllegalNode';
}

function requireThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new IllegalNode(message);
}

function at(types: readonly TensorType[], index: number): TensorType {
  const type = types[index];
  requireThat(type !== undefined, `input ${index} is missing`);
  return type;
}

export function intsOf(node: Node, name: string, fallback: readonly number[]): readonly number[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value : fallback;
}

export function intOf(node: Node, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

function sizeOf(dim: Dim | undefined): number {
  requireThat(typeof dim === 'number', 'a channel or spatial size must be a number');
  return dim;
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Output side of a window: floor((side + pads − dilated kernel) / stride) + 1, as ONNX without ceil_mode. */
function windowedSide(side: Dim | undefined, axis: number, node: Node, kernel: number): number {
  const pads = intsOf(node, 'pads', [0, 0, 0, 0]);
  const stride = intsOf(node, 'strides', [1, 1])[axis] ?? 1;
  const padded = sizeOf(side) + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
  const result = Math.floor((padded - kernel) / stride) + 1;
  requireThat(result >= 1, `a side of ${padded} is smaller than the window of ${kernel}`);
  return result;
}

function inferPool(node: Node, inputs: readonly TensorType[]): TensorType {
  const x = at(inputs, 0);
  requireThat(x.shape.length === 4, 'pooling needs [N, C, H, W]');
  const kernel = intsOf(node, 'kernel_shape', []);
  requireThat(kernel.length === 2, 'kernel_shape needs two sizes');
  return {
    dataType: x.dataType,
    shape: [
      x.shape[0] ?? 'N',
      x.shape[1] ?? 1,
      windowedSide(x.shape[2], 0, node, kernel[0] ?? 1),
      windowedSide(x.shape[3], 1, node, kernel[1] ?? 1),
    ],
  };
}

function inferConv(node: Node, inputs: readonly TensorType[]): TensorType {
  const x = at(inputs, 0);
  const w = at(inputs, 1);
  requireThat(
    x.shape.length === 4 && w.shape.length === 4,
    'Conv needs [N, C, H, W] and [O, I, kh, kw]',
  );
  requireThat(x.shape[1] === w.shape[1], `${x.shape[1]} channels meet a weight for ${w.shape[1]}`);
  const bias = inputs[2];
  if (bias)
    requireThat(
      sameShape(bias.shape, [w.shape[0] ?? 0]),
      'the bias must have one value an output channel',
    );
  requireThat(
    inputs.slice(1, 3).every((type) => type.dataType === x.dataType),
    `types differ: ${inputs.map((type) => type.dataType).join(', ')}`,
  );
  return {
    dataType: x.dataType,
    shape: [
      x.shape[0] ?? 'N',
      w.shape[0] ?? 0,
      windowedSide(x.shape[2], 0, node, sizeOf(w.shape[2])),
      windowedSide(x.shape[3], 1, node, sizeOf(w.shape[3])),
    ],
  };
}

function inferFusedConv(node: Node, inputs: readonly TensorType[]): TensorType {
  const output = inferConv(node, inputs.slice(0, 3));
  const residual = inputs[3];
  if (residual) {
    requireThat(
      sameShape(residual.shape, output.shape) && residual.dataType === output.dataType,
      `the residual is ${printType(residual)}, the convolution ${printType(output)}`,
    );
  }
  return output;
}

function sameAsInput(_node: Node, inputs: readonly TensorType[]): TensorType {
  return at(inputs, 0);
}

function convMacs(inputs: readonly TensorType[], output: TensorType): number {
  const [, i, kh, kw] = at(inputs, 1).shape;
  return elementCount(output.shape) * sizeOf(i) * sizeOf(kh) * sizeOf(kw);
}

const windowAttributes = { kernel_shape: 'ints', strides: 'ints', pads: 'ints' } as const;

/** `float32[N,3,224,224]`, as graphs are printed. */
export function printType(type: TensorType): string {
  return `${type.dataType}[${type.shape.join(',')}]`;
}

/** The operators of the IR: ONNX's semantics at opset 13 (onnx/docs/Operators.md), and FusedConv of our own. */
export const ops = {
  Conv: {
    onnx: true,
    minInputs: 2,
    maxInputs: 3,
    attributes: windowAttributes,
    inferType: inferConv,
    macs: convMacs,
  },
  /** relu?(Conv(x, W, b) + residual?): inputs x, W, b and the optional residual; `activation` is `Relu` or `None`. */
  FusedConv: {
    onnx: false,
    minInputs: 3,
    maxInputs: 4,
    attributes: { ...windowAttributes, activation: 'string' },
    inferType: inferFusedConv,
    macs: convMacs,
  },
  BatchNormalization: {
    onnx: true,
    minInputs: 5,
    maxInputs: 5,
    attributes: { epsilon: 'float' },
    inferType: (_node, inputs) => {
      const x = at(inputs, 0);
      for (const parameter of inputs.slice(1)) {
        requireThat(sameShape(parameter.shape, [x.shape[1] ?? 0]), 'parameters must be [C]');
      }
      return x;
    },
  },
  Relu: { onnx: true, minInputs: 1, maxInputs: 1, attributes: {}, inferType: sameAsInput },
  Add: {
    onnx: true,
    minInputs: 2,
    maxInputs: 2,
    attributes: {},
    inferType: (_node, inputs) => {
      const [a, b] = [at(inputs, 0), at(inputs, 1)];
      requireThat(
        sameShape(a.shape, b.shape) && a.dataType === b.dataType,
        `operands differ: ${printType(a)} and ${printType(b)}`,
      );
      return a;
    },
  },
  MaxPool: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: windowAttributes,
    inferType: inferPool,
  },
  AveragePool: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { ...windowAttributes, count_include_pad: 'int' },
    inferType: inferPool,
  },
  GlobalAveragePool: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: {},
    inferType: (_node, inputs) => {
      const x = at(inputs, 0);
      return { dataType: x.dataType, shape: [x.shape[0] ?? 'N', x.shape[1] ?? 1, 1, 1] };
    },
  },
  Flatten: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { axis: 'int' },
    inferType: (_node, inputs) => {
      const x = at(inputs, 0);
      return { dataType: x.dataType, shape: [x.shape[0] ?? 'N', elementCount(x.shape.slice(1))] };
    },
  },
  Gemm: {
    onnx: true,
    minInputs: 3,
    maxInputs: 3,
    attributes: { transB: 'int' },
    inferType: (node, inputs) => {
      const [x, w] = [at(inputs, 0), at(inputs, 1)];
      const [k, n] = intOf(node, 'transB', 0) ? [w.shape[1], w.shape[0]] : [w.shape[0], w.shape[1]];
      requireThat(x.shape[1] === k, `${x.shape[1]} features meet a weight for ${k}`);
      requireThat(sameShape(at(inputs, 2).shape, [n ?? 0]), 'the bias must have one value a class');
      return { dataType: x.dataType, shape: [x.shape[0] ?? 'N', n ?? 0] };
    },
    macs: (inputs) => elementCount(at(inputs, 1).shape),
  },
  Softmax: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { axis: 'int' },
    inferType: sameAsInput,
  },
  Cast: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { to: 'dataType' },
    inferType: (node, inputs) => {
      const to = node.attributes.to;
      requireThat(to === 'float16' || to === 'float32', `Cast to ${to}`);
      return { dataType: to, shape: at(inputs, 0).shape };
    },
  },
} as const satisfies Record<string, OpDefinition>;

export type OpType = keyof typeof ops;

export function opDefinition(op: OpType): OpDefinition {
  return ops[op];
}
