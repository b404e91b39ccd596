import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { type DataType, dataTypes } from '../../../codegen/ir/types.ts';
import { bytesOf } from '../../../codegen/tensors/float-bytes.ts';
import { toFloat16Bits } from '../../../codegen/tensors/float16.ts';
import { numbers } from '../../helpers/graphs.ts';

const { onnx } = onnxProto;

type Dims = readonly (number | string)[];
type Numbers = Float32Array | Uint16Array | Int8Array | Uint8Array;

export function modelFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rcc-onnxruntime-'));
}

function value(name: string, dataType: DataType, dims: Dims): Onnx.IValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d }));
  return { name, type: { tensorType: { elemType: dataTypes[dataType].onnx, shape: { dim } } } };
}

function constant(name: string, dataType: DataType, dims: readonly number[], data: Numbers) {
  const rawData = new Uint8Array(data.buffer);
  return { name, dataType: dataTypes[dataType].onnx, dims: [...dims], rawData };
}

const ints = (name: string, ...values: number[]) => ({ name, type: 7, ints: values });
const int = (name: string, i: number) => ({ name, type: 2, i });

function node(
  opType: string,
  input: string,
  output: string,
  ...attribute: object[]
): Onnx.INodeProto {
  return { opType, name: output, input: input.split(' '), output: [output], attribute };
}

export function encode(model: Onnx.IModelProto): Uint8Array {
  const whole = { irVersion: 7, opsetImport: [{ domain: '', version: 13 }], ...model };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(whole)).finish();
}

export function writeModelFile(folder: string, name: string, model: Onnx.IModelProto): string {
  const path = join(folder, name);
  writeFileSync(path, encode(model));
  return path;
}

const kernel = [ints('kernel_shape', 3, 3), ints('pads', 1, 1, 1, 1)];

/** Convolution, Relu, pooling and Gemm: input [batch, 3, 16, 16], logits [batch, 10]; in float16 from end to end where asked. */
export function convModel(
  options: { dataType?: 'float32' | 'float16'; batch?: number } = {},
): Onnx.IModelProto {
  const { dataType = 'float32', batch = 'N' } = options;
  const weights = (name: string, dims: number[], seed: number, scale: number) => {
    const count = dims.reduce((a, b) => a * b);
    const values = numbers(count, seed).map((x) => x * scale);
    const stored = dataType === 'float32' ? values : Uint16Array.from(values, toFloat16Bits);
    return constant(name, dataType, dims, stored);
  };
  return {
    graph: {
      name: 'small',
      input: [value('input', dataType, [batch, 3, 16, 16])],
      output: [value('logits', dataType, [batch, 10])],
      initializer: [
        weights('w', [16, 3, 3, 3], 1, 0.4),
        weights('b', [16], 2, 0.1),
        weights('fw', [10, 16], 3, 2),
        weights('fb', [10], 4, 0.1),
      ],
      node: [
        node('Conv', 'input w b', 'conv', ...kernel),
        node('Relu', 'conv', 'relu'),
        node('GlobalAveragePool', 'relu', 'pool'),
        node('Flatten', 'pool', 'flat'),
        node('Gemm', 'flat fw fb', 'logits', int('transB', 1)),
      ],
    },
  };
}

/** A quantised convolution whose sums of two products leave 16 bits: uint8 activations of 255 against int8 weights of 127. */
export function saturatingInt8Model(): Onnx.IModelProto {
  const scale = (name: string, x: number) => constant(name, 'float32', [], Float32Array.of(x));
  const zero = (name: string) => constant(name, 'uint8', [], Uint8Array.of(0));
  const c = 16;
  return {
    graph: {
      name: 'int8',
      input: [value('input', 'float32', ['N', c, 8, 8])],
      output: [value('logits', 'float32', ['N', c, 8, 8])],
      initializer: [
        constant('w', 'int8', [c, c, 3, 3], new Int8Array(c * c * 9).fill(127)),
        constant('ws', 'float32', [c], new Float32Array(c).fill(1e-4)),
        constant('wz', 'int8', [c], new Int8Array(c)),
        constant('b', 'float32', [c], new Float32Array(c)),
        scale('s', 1 / 255),
        zero('z'),
        scale('s2', 0.01),
        zero('z2'),
      ],
      node: [
        node('QuantizeLinear', 'input s z', 'q'),
        node('DequantizeLinear', 'q s z', 'dq'),
        node('DequantizeLinear', 'w ws wz', 'dw', int('axis', 0)),
        node('Conv', 'dq dw b', 'conv', ...kernel),
        node('Relu', 'conv', 'relu'),
        node('QuantizeLinear', 'relu s2 z2', 'q2'),
        node('DequantizeLinear', 'q2 s2 z2', 'logits'),
      ],
    },
  };
}

/** One node from x [N, 4] to y [N, 4]. */
export function oneNodeModel(
  op: string,
  options: { dataType?: DataType; inputs?: string; dims?: Dims } = {},
): Onnx.IModelProto {
  const { dataType = 'float32', inputs = 'x', dims = ['N', 4] } = options;
  return {
    graph: {
      name: 'one',
      input: [value('x', dataType, dims)],
      output: [value('y', dataType, dims)],
      node: [node(op, inputs, 'y')],
    },
  };
}

export const floatBytes = (...values: readonly number[]): Uint8Array =>
  bytesOf(Float32Array.from(values));
