import type { Node } from './graph.ts';
import {
  at,
  convMacs,
  inferConcat,
  inferConv,
  inferDequantize,
  inferElementwise,
  inferFusedConv,
  inferPool,
  inferQuantize,
  inferReduce,
  inferReshape,
  inferSlice,
  inferTranspose,
  intOf,
  requireThat,
  sameAsInput,
} from './op-types.ts';
import { elementCount, sameShape, type TensorType } from './types.ts';

export { IllegalNode, intOf, intsOf, printType } from './op-types.ts';

/**
 * Form of an attribute's value; a data type is written by name here and by number in ONNX. `input`: whole numbers that ONNX takes as a
 * constant, the node's last input.
 */
export type AttributeKind = 'int' | 'float' | 'ints' | 'string' | 'dataType' | 'input';

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

const windowAttributes = { kernel_shape: 'ints', strides: 'ints', pads: 'ints' } as const;

const convAttributes = { ...windowAttributes, group: 'int', dilations: 'ints' } as const;

const pairInputs = { minInputs: 2, maxInputs: 2, attributes: {} } as const;

const quantizerInputs = { minInputs: 3, maxInputs: 3, attributes: { axis: 'int' } } as const;

/** The operators of the IR: ONNX's semantics at opset 13, at 19 where quantisers have float16 scales (onnx/docs/Operators.md), and FusedConv of our own. */
export const ops = {
  Conv: {
    onnx: true,
    minInputs: 2,
    maxInputs: 3,
    attributes: convAttributes,
    inferType: inferConv,
    macs: convMacs,
  },
  /** relu?(Conv(x, W, b) + residual?): inputs x, W, b and the optional residual; `activation` is `Relu` or `None`. */
  FusedConv: {
    onnx: false,
    minInputs: 3,
    maxInputs: 4,
    attributes: { ...convAttributes, activation: 'string' },
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
  Sigmoid: { onnx: true, minInputs: 1, maxInputs: 1, attributes: {}, inferType: sameAsInput },
  Add: { onnx: true, ...pairInputs, inferType: inferElementwise },
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
  /** x, scale, zero point: saturate(round-half-even(x / scale) + zero point), in the zero point's type. */
  QuantizeLinear: { onnx: true, ...quantizerInputs, inferType: inferQuantize },
  /** x, scale, zero point: (x − zero point) · scale. */
  DequantizeLinear: { onnx: true, ...quantizerInputs, inferType: inferDequantize },
  Sub: { onnx: true, ...pairInputs, inferType: inferElementwise },
  Mul: { onnx: true, ...pairInputs, inferType: inferElementwise },
  ReduceSum: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { axes: 'input', keepdims: 'int' },
    inferType: inferReduce,
  },
  /** Behind x its starts, ends and axes; no step. */
  Slice: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { starts: 'input', ends: 'input', axes: 'input' },
    inferType: inferSlice,
  },
  Concat: {
    onnx: true,
    minInputs: 2,
    maxInputs: 64,
    attributes: { axis: 'int' },
    inferType: inferConcat,
  },
  /** 0 keeps a size, -1 is what is left. */
  Reshape: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { shape: 'input' },
    inferType: inferReshape,
  },
  InstanceNormalization: {
    onnx: true,
    minInputs: 3,
    maxInputs: 3,
    attributes: { epsilon: 'float' },
    inferType: (_node, inputs) => {
      const x = at(inputs, 0);
      for (const parameter of inputs.slice(1))
        requireThat(sameShape(parameter.shape, [x.shape[1] ?? 0]), 'parameters must be [C]');
      return x;
    },
  },
  Transpose: {
    onnx: true,
    minInputs: 1,
    maxInputs: 1,
    attributes: { perm: 'ints' },
    inferType: inferTranspose,
  },
} as const satisfies Record<string, OpDefinition>;

export type OpType = keyof typeof ops;

export function opDefinition(op: OpType): OpDefinition {
  return ops[op];
}
