/* What follows from an operator's inputs: the output's type, and what its inputs cannot be. One function a family; ops.ts is the table. */
import { ownValue } from '../../src/collections/own-value.ts';
import type { Node } from './graph.ts';
import { type Dim, elementCount, type Shape, sameShape, type TensorType } from './types.ts';

/** A node whose inputs or attributes contradict its operator: a bug of a pass, named by `verifyGraph`. */
export class IllegalNode extends Error {
  override readonly name = 'IllegalNode';
}

export function requireThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new IllegalNode(message);
}

export function at(types: readonly TensorType[], index: number): TensorType {
  const type = types[index];
  requireThat(type !== undefined, `input ${index} is missing`);
  return type;
}

export function intsOf(node: Node, name: string, fallback: readonly number[]): readonly number[] {
  const value = ownValue(node.attributes, name);
  return Array.isArray(value) ? value : fallback;
}

export function intOf(node: Node, name: string, fallback: number): number {
  const value = ownValue(node.attributes, name);
  return typeof value === 'number' ? value : fallback;
}

function sizeOf(dim: Dim | undefined): number {
  requireThat(typeof dim === 'number', 'a channel or spatial size must be a number');
  return dim;
}

/** Output side of a window: floor((side + pads − dilated kernel) / stride) + 1, as ONNX without ceil_mode. */
function windowedSide(side: Dim | undefined, axis: number, node: Node, size: number): number {
  const kernel = (size - 1) * (intsOf(node, 'dilations', [1, 1])[axis] ?? 1) + 1;
  const pads = intsOf(node, 'pads', [0, 0, 0, 0]);
  const stride = intsOf(node, 'strides', [1, 1])[axis] ?? 1;
  const padded = sizeOf(side) + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
  const result = Math.floor((padded - kernel) / stride) + 1;
  requireThat(result >= 1, `a side of ${padded} is smaller than the window of ${kernel}`);
  return result;
}

export function inferPool(node: Node, inputs: readonly TensorType[]): TensorType {
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

export function inferConv(node: Node, inputs: readonly TensorType[]): TensorType {
  const x = at(inputs, 0);
  const w = at(inputs, 1);
  requireThat(
    x.shape.length === 4 && w.shape.length === 4,
    'Conv needs [N, C, H, W] and [O, I, kh, kw]',
  );
  const groups = intOf(node, 'group', 1);
  requireThat(
    x.shape[1] === sizeOf(w.shape[1]) * groups,
    `${x.shape[1]} channels meet a weight for ${w.shape[1]}${groups === 1 ? '' : ` in ${groups} groups`}`,
  );
  requireThat(
    sizeOf(w.shape[0]) % groups === 0,
    `${w.shape[0]} output channels cannot be cut into ${groups} groups`,
  );
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

export function inferFusedConv(node: Node, inputs: readonly TensorType[]): TensorType {
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

export function sameAsInput(_node: Node, inputs: readonly TensorType[]): TensorType {
  return at(inputs, 0);
}

export function convMacs(inputs: readonly TensorType[], output: TensorType): number {
  const [, i, kh, kw] = at(inputs, 1).shape;
  return elementCount(output.shape) * sizeOf(i) * sizeOf(kh) * sizeOf(kw);
}

/** `float32[N,3,224,224]`, as graphs are printed. */
export function printType(type: TensorType): string {
  return `${type.dataType}[${type.shape.join(',')}]`;
}

/** A quantiser's scale and zero point agree: one of each, or one a slice along `axis` of x. */
function requireScale(node: Node, x: TensorType, scale: TensorType, zeroPoint: TensorType): void {
  const slices = scale.shape.length === 0 ? [] : [x.shape[intOf(node, 'axis', 1)] ?? 0];
  requireThat(sameShape(scale.shape, slices), `a scale ${printType(scale)} for ${printType(x)}`);
  requireThat(sameShape(zeroPoint.shape, scale.shape), 'scale and zero point differ in shape');
}

export function inferQuantize(node: Node, inputs: readonly TensorType[]): TensorType {
  const [x, scale, zeroPoint] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  requireScale(node, x, scale, zeroPoint);
  requireThat(
    x.dataType === scale.dataType && (x.dataType === 'float32' || x.dataType === 'float16'),
    `a float is quantised by scales of its own type, not ${x.dataType} by ${scale.dataType}`,
  );
  return { dataType: zeroPoint.dataType, shape: x.shape };
}

export function inferDequantize(node: Node, inputs: readonly TensorType[]): TensorType {
  const [x, scale, zeroPoint] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  requireScale(node, x, scale, zeroPoint);
  requireThat(
    x.dataType === zeroPoint.dataType,
    `${x.dataType} meets a zero point of ${zeroPoint.dataType}`,
  );
  return { dataType: scale.dataType, shape: x.shape };
}

export function inferTranspose(node: Node, inputs: readonly TensorType[]): TensorType {
  const { dataType, shape } = at(inputs, 0);
  const perm = intsOf(node, 'perm', []);
  requireThat(
    perm.length === shape.length && perm.toSorted().every((axis, i) => axis === i),
    `perm [${perm}] reorders no ${shape.length} axes`,
  );
  return { dataType, shape: perm.map((axis) => shape[axis] ?? 1) };
}

/** The shape of `a` and `b` together, as ONNX spreads them: aligned at their ends, sizes are equal or one of them is 1. */
function spreadShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[a.length - rank + axis] ?? 1, b[b.length - rank + axis] ?? 1];
    if (left === right || right === 1) return left;
    return left === 1 ? right : undefined;
  });
  return sizes.includes(undefined) ? undefined : sizes.map((size) => size ?? 1);
}

/** Operators on pairs of numbers. */
export function inferElementwise(_node: Node, inputs: readonly TensorType[]): TensorType {
  const [a, b] = [at(inputs, 0), at(inputs, 1)];
  const shape = spreadShapes(a.shape, b.shape);
  requireThat(
    shape !== undefined && a.dataType === b.dataType,
    `operands differ: ${printType(a)} and ${printType(b)}`,
  );
  return { dataType: a.dataType, shape };
}

/** Reductions: the sizes of `axes` become 1, or go where `keepdims` is 0. */
export function inferReduce(node: Node, inputs: readonly TensorType[]): TensorType {
  const { dataType, shape } = at(inputs, 0);
  const axes = intsOf(node, 'axes', []);
  requireThat(
    axes.length > 0 && axes.every((axis) => axis > 0 && axis < shape.length),
    `axes [${axes}] of ${shape.length}, the batch left out`,
  );
  const isReduced = (axis: number): boolean => axes.includes(axis);
  return intOf(node, 'keepdims', 1) === 0
    ? { dataType, shape: shape.filter((_, axis) => !isReduced(axis)) }
    : { dataType, shape: shape.map((size, axis) => (isReduced(axis) ? 1 : size)) };
}

/** Parts of axes behind the batch. */
export function inferSlice(node: Node, inputs: readonly TensorType[]): TensorType {
  const { dataType, shape } = at(inputs, 0);
  const [starts, ends] = [intsOf(node, 'starts', []), intsOf(node, 'ends', [])];
  const sizes = [...shape];
  for (const [index, axis] of intsOf(node, 'axes', []).entries()) {
    const [start, end] = [starts[index] ?? 0, ends[index] ?? 0];
    requireThat(axis > 0 && axis < shape.length, `axis ${axis} of ${shape.length}`);
    requireThat(
      start >= 0 && start < end && end <= sizeOf(sizes[axis]),
      `${start} to ${end} of ${sizes[axis]}`,
    );
    sizes[axis] = end - start;
  }
  return { dataType, shape: sizes };
}

export function inferConcat(node: Node, inputs: readonly TensorType[]): TensorType {
  const axis = intOf(node, 'axis', 1);
  const { dataType, shape } = at(inputs, 0);
  requireThat(axis > 0 && axis < shape.length, `axis ${axis} of ${shape.length}`);
  const without = (type: TensorType) => type.shape.toSpliced(axis, 1);
  for (const other of inputs)
    requireThat(
      other.dataType === dataType && sameShape(without(other), shape.toSpliced(axis, 1)),
      `parts differ: ${inputs.map(printType).join(', ')}`,
    );
  const size = inputs.reduce((sum, type) => sum + sizeOf(type.shape[axis]), 0);
  return { dataType, shape: shape.with(axis, size) };
}

/** Another arrangement of the sizes behind the batch, which stays. */
export function inferReshape(node: Node, inputs: readonly TensorType[]): TensorType {
  const { dataType, shape } = at(inputs, 0);
  const asked = intsOf(node, 'shape', []);
  requireThat(asked[0] === 0, 'the batch must stay');
  const sizes = asked.map((size, axis) => (size === 0 ? (shape[axis] ?? 1) : size));
  const known = sizes.slice(1).filter((size) => size !== -1);
  const rest = elementCount(shape.slice(1)) / elementCount(known);
  requireThat(
    Number.isInteger(rest) && (sizes.includes(-1) || rest === 1),
    `${printType({ dataType, shape })} does not fill [${asked}]`,
  );
  return { dataType, shape: sizes.map((size) => (size === -1 ? rest : size)) };
}
