import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../../codegen/ir/graph.ts';
import {
  constantsMetadata,
  encodeGraph,
  encodeMetadata,
  encodeModelHead,
  takeConstants,
} from '../../../codegen/onnx/messages.ts';

const { onnx } = onnxProto;

const node = (op: Node['op'], attributes: Node['attributes'], inputs: readonly string[]): Node => ({
  name: `a/${op}`,
  op,
  inputs,
  outputs: [`a/${op}/out`],
  attributes,
});

const graph: Graph = {
  name: 'all kinds',
  opset: 13,
  inputs: [{ name: 'x', type: { dataType: 'uint8', shape: ['N', 3, 8, 8] } }],
  outputs: [{ name: 'y', type: { dataType: 'float16', shape: [4, 10] } }],
  nodes: [
    node('Cast', { to: 'float16' }, ['x']),
    node('Conv', { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 0, 1, 0] }, ['x', 'w', 'b']),
    node('BatchNormalization', { epsilon: 0.25 }, ['x', 's', 'b', 'm', 'v']),
    node('Gemm', { transB: 1 }, ['x', 'w']),
    node('ReduceSum', { axes: [1, -2], keepdims: 0 }, ['x']),
    node('Flatten', { axis: 1 }, ['x']),
  ],
  initializers: new Map(),
};

describe('encodeGraph', () => {
  const decoded = onnx.GraphProto.decode(encodeGraph(graph));
  const { INT, INTS, FLOAT } = onnx.AttributeProto.AttributeType;
  const attributes = Object.fromEntries(
    decoded.node.map(({ opType, attribute }) => [
      opType,
      attribute?.map(({ name, type, i, f, ints }) => {
        const value = type === FLOAT ? f : type === INT ? Number(i) : ints?.map(Number);
        return [name, type, value];
      }),
    ]),
  );

  it('writes each attribute in its kind', () => {
    expect(attributes).toEqual({
      // 10 is FLOAT16 in onnx.proto3.
      Cast: [['to', INT, 10]],
      Conv: [
        ['kernel_shape', INTS, [3, 3]],
        ['strides', INTS, [2, 1]],
        ['pads', INTS, [1, 0, 1, 0]],
      ],
      BatchNormalization: [['epsilon', FLOAT, 0.25]],
      Gemm: [['transB', INT, 1]],
      ReduceSum: [['keepdims', INT, 0]],
      Flatten: [['axis', INT, 1]],
    });
  });

  it('writes what opset 13 takes as an input as a constant of its own', () => {
    expect(
      decoded.initializer.map(({ name, dims, dataType, int64Data }) => ({
        name,
        dims: dims?.map(Number),
        dataType,
        data: int64Data?.map(Number),
      })),
      // 7 is INT64.
    ).toEqual([{ name: 'a/ReduceSum/axes', dims: [2], dataType: 7, data: [1, -2] }]);
    expect(decoded.node[4]?.input).toEqual(['x', 'a/ReduceSum/axes']);
  });

  it('writes names, inputs and outputs', () => {
    expect(decoded.name).toBe('all kinds');
    expect(decoded.node.map(({ name, input, output }) => [name, input, output])).toEqual(
      graph.nodes.map(({ name, op, inputs, outputs }) => [
        name,
        op === 'ReduceSum' ? [...inputs, 'a/ReduceSum/axes'] : inputs,
        outputs,
      ]),
    );
  });

  it('writes a free batch by its name, sizes as numbers, and types', () => {
    const values = [...decoded.input, ...decoded.output].map(({ name, type }) => [
      name,
      type?.tensorType?.elemType,
      type?.tensorType?.shape?.dim?.map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
    ]);
    expect(values).toEqual([
      // 2 is UINT8, 10 FLOAT16.
      ['x', 2, ['N', 3, 8, 8]],
      ['y', 10, [4, 10]],
    ]);
  });

  it('refuses what ONNX does not have', () => {
    const encode = (one: Node) => () => encodeGraph({ ...graph, nodes: [one] });
    expect(encode(node('FusedConv', { activation: 'Relu' }, ['x', 'w', 'b']))).toThrow(
      'a/FusedConv: ONNX has no FusedConv',
    );
    expect(encode(node('Relu', { alpha: 1 }, ['x']))).toThrow(
      "a/Relu: attribute 'alpha' has no kind",
    );
  });
});

describe('encodeModelHead', () => {
  it.each([
    [13, 7],
    [14, 7],
    [15, 8],
    [18, 8],
    [19, 9],
  ])('of opset %i has IR version %i', (opset, irVersion) => {
    const model = onnx.ModelProto.decode(encodeModelHead(opset, '1.2.3'));
    expect(Number(model.irVersion)).toBe(irVersion);
    expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ['', opset],
    ]);
    expect([model.producerName, model.producerVersion]).toEqual(['rcc', '1.2.3']);
  });
});

it('metadata are pairs, in order', () => {
  const model = onnx.ModelProto.decode(encodeMetadata({ b: '1', a: '2' }));
  expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([
    ['b', '1'],
    ['a', '2'],
  ]);
});

describe('the initializers that nobody trained', () => {
  const type = { dataType: 'float32', shape: [1] } as const;
  const withFixed = (...names: readonly string[]): Graph => ({
    ...graph,
    initializers: new Map(
      ['a', 'b', 'c'].map((name) => [
        name,
        { name, type, ...(names.includes(name) ? { fixed: true } : {}) },
      ]),
    ),
  });

  it('stand in the metadata by name, and are taken from there', () => {
    const metadata = constantsMetadata(withFixed('a', 'c'));
    expect(metadata).toEqual({ 'rcc.constants': 'a\nc' });
    expect(takeConstants({ ...metadata, other: 'kept' })).toEqual({
      metadata: { other: 'kept' },
      constants: new Set(['a', 'c']),
    });
  });

  it('take no room where there are none', () => {
    expect(constantsMetadata(withFixed())).toEqual({});
    expect(takeConstants({})).toEqual({ metadata: {}, constants: new Set() });
  });
});
