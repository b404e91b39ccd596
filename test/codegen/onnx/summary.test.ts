import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { countCost } from '../../../codegen/cost.ts';
import { inferTypes } from '../../../codegen/ir/infer-types.ts';
import { outputOf } from '../../../codegen/ir/walk.ts';
import { readOnnx } from '../../../codegen/onnx/read.ts';
import { summarizeOnnx } from '../../../codegen/onnx/summary.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import { computedTensors } from '../../../codegen/quantization/tensors.ts';
import { memorySource } from '../../helpers/byte-sources.ts';
import { withNumbers } from '../../helpers/graphs.ts';
import { modelBytes } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

const { onnx } = onnxProto;
const FLOAT = 1;

const network = withNumbers(lowerSpec(specOf({ stages: [1], widths: [8] })));

async function summaryOf(graph = network) {
  return summarizeOnnx(await readOnnx(memorySource(await modelBytes(graph, { key: 'value' }))));
}

/** A model that another program wrote. */
async function foreign(graph: Onnx.IGraphProto, model: Onnx.IModelProto = {}) {
  const bytes = onnx.ModelProto.encode({ ...model, graph: { name: 'g', ...graph } }).finish();
  return summarizeOnnx(await readOnnx(memorySource(new Uint8Array(bytes))));
}

const value = (name: string, dims: readonly (number | string)[], elemType = FLOAT) => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: {
        dim: dims.map((dim) => (typeof dim === 'string' ? { dimParam: dim } : { dimValue: dim })),
      },
    },
  },
});
const floats = (name: string, dims: readonly number[]) => ({
  name,
  dims: [...dims],
  dataType: FLOAT,
  rawData: new Uint8Array(4 * dims.reduce((product, dim) => product * dim, 1)),
});

describe('summarizeOnnx of a network of rcc', () => {
  it('says who made it, for what, and what goes in and out', async () => {
    const summary = await summaryOf();
    expect({ ...summary, layers: summary.layers.length }).toEqual({
      producer: 'rcc 0.0.0',
      opset: 13,
      metadata: { key: 'value' },
      inputs: [{ name: 'input', type: { dataType: 'float32', shape: ['N', 3, 32, 32] } }],
      outputs: [{ name: 'logits', type: { dataType: 'float32', shape: ['N', 10] } }],
      layers: network.nodes.length,
    });
  });

  it('counts what the graph counts', async () => {
    const { layers } = await summaryOf();
    const sum = (key: 'params' | 'macs') => layers.reduce((total, layer) => total + layer[key], 0);
    const { params, macs } = countCost(network);
    expect([sum('params'), sum('macs')]).toEqual([params, macs]);
  });

  it('gives each layer by name, with sizes in bytes', async () => {
    const { layers } = await summaryOf();
    expect(layers.slice(0, 3)).toEqual([
      {
        name: 'stem/conv1',
        op: 'Conv',
        output: { dataType: 'float32', shape: ['N', 8, 16, 16] },
        params: 8 * 3 * 49,
        macs: 8 * 3 * 49 * 256,
        weightBytes: 4 * 8 * 3 * 49,
        outputBytes: 4 * 8 * 256,
      },
      {
        name: 'stem/conv1/bn',
        op: 'BatchNormalization',
        output: { dataType: 'float32', shape: ['N', 8, 16, 16] },
        // Scale and bias are trained by gradients; mean and variance are statistics.
        params: 16,
        macs: 0,
        weightBytes: 4 * 4 * 8,
        outputBytes: 4 * 8 * 256,
      },
      {
        name: 'stem/conv1/relu',
        op: 'Relu',
        output: { dataType: 'float32', shape: ['N', 8, 16, 16] },
        params: 0,
        macs: 0,
        weightBytes: 0,
        outputBytes: 4 * 8 * 256,
      },
    ]);
  });

  it('follows types through Casts of a float16 model', async () => {
    const { graph } = runPasses(network, passesFor({ precision: 'fp16' }));
    const { layers } = await summaryOf(graph);
    expect(layers.map(({ output }) => output?.dataType)).toEqual([
      ...layers.slice(0, -1).map(() => 'float16'),
      'float32',
    ]);
    expect(layers[1]?.outputBytes).toBe(2 * 8 * 256);
  });

  it('follows types through the quantisers of an int8 model', async () => {
    const fused = runPasses(network, [foldBatchNorm, fuseResidual]).graph;
    const values = ['input', ...computedTensors(fused).map(({ value }) => value)];
    const ranges = new Map(values.map((value) => [value, 1]));
    const { graph } = runPasses(network, passesFor({ precision: 'int8', ranges }));
    const { layers } = await summaryOf(graph);
    const types = inferTypes(graph);
    expect(layers.map(({ output }) => output)).toEqual(
      graph.nodes.map((node) => types.get(outputOf(node))),
    );
    const weight = layers.find(({ name }) => name === 'stem/conv1.weight/dequantize');
    // Integers of a byte, a scale of four and a zero point of one for each channel.
    expect(weight?.weightBytes).toBe(8 * 3 * 49 + 8 * 4 + 8);
  });
});

describe('summarizeOnnx of what others wrote', () => {
  it('takes an operator that it does not know by the types that are declared', async () => {
    const { layers } = await foreign({
      input: [value('x', ['batch', 4])],
      output: [value('y', ['batch', 2])],
      valueInfo: [value('mid', ['batch', 8])],
      node: [
        { opType: 'LeakyRelu', name: 'a', input: ['x', ''], output: ['mid'] },
        { opType: 'Erf', input: ['mid'], output: ['lost'] },
        { opType: 'Tanh', input: ['lost', 'w'], output: ['y'] },
      ],
      initializer: [floats('w', [2, 8])],
    });
    expect(layers).toEqual([
      {
        name: 'a',
        op: 'LeakyRelu',
        output: { dataType: 'float32', shape: ['N', 8] },
        params: 0,
        macs: 0,
        weightBytes: 0,
        outputBytes: 32,
      },
      {
        name: 'lost',
        op: 'Erf',
        output: undefined,
        params: 0,
        macs: 0,
        weightBytes: 0,
        outputBytes: 0,
      },
      {
        name: 'y',
        op: 'Tanh',
        output: { dataType: 'float32', shape: ['N', 2] },
        params: 16,
        macs: 0,
        weightBytes: 64,
        outputBytes: 8,
      },
    ]);
  });

  it('takes an operator used as rcc never does for unknown', async () => {
    const { layers } = await foreign({
      input: [value('x', [1, 4, 8])],
      node: [
        { opType: 'Conv', name: 'conv1d', input: ['x', 'w'], output: ['y'] },
        { opType: 'Relu', name: 'relu', input: ['y'], output: ['z'] },
        { opType: 'constructor', name: 'odd', input: ['x'], output: ['o'] },
      ],
      initializer: [floats('w', [2, 4, 3])],
    });
    expect(layers.map(({ name, output, macs }) => [name, output, macs])).toEqual([
      ['conv1d', undefined, 0],
      ['relu', undefined, 0],
      ['odd', undefined, 0],
    ]);
    expect(layers[0]?.params).toBe(24);
  });

  const convolution = (attribute: Onnx.IAttributeProto[], ...sizes: number[]) =>
    foreign({
      input: [value('x', sizes)],
      node: [{ opType: 'Conv', name: 'c', input: ['x', 'w', ''], output: ['y'], attribute }],
      initializer: [floats('w', [2, 3, 3, 3])],
    });
  const ints = (name: string, ...numbers: number[]) => ({ name, type: 7, ints: numbers });

  it.each<[string, readonly number[], readonly (number | string)[] | undefined]>([
    ['as they are', [1, 3, 5, 5], [1, 2, 3, 3]],
    ['of no picture', [0, 3, 5, 5], [0, 2, 3, 3]],
    ['where the window is larger than the picture', [1, 3, 1, 1], undefined],
    ['of more steps than can be counted', [1, 3, 2 ** 24, 2 ** 24], undefined],
  ])('knows sizes only where they can be: %s', async (_, sizes, shape) => {
    const kernel = [ints('kernel_shape', 3, 3), ints('pads', 0, 0, 0, 0), ints('strides', 1, 1)];
    const { layers } = await convolution(kernel, ...sizes);
    expect(layers[0]?.output?.shape).toEqual(shape);
  });

  it('knows nothing of what has more bytes than can be counted', async () => {
    const { layers } = await foreign({
      input: [value('x', [1, 2 ** 52])],
      node: [{ opType: 'Relu', input: ['x'], output: ['y'] }],
    });
    expect(layers[0]).toMatchObject({ output: undefined, outputBytes: 0 });
  });

  it('knows nothing of what a weight of an unknown type makes', async () => {
    const { layers } = await foreign({
      input: [value('x', [1, 4])],
      node: [
        { opType: 'Relu', input: ['int4'], output: ['y'] },
        { opType: 'Flatten', input: ['int4'], output: ['z'] },
        { opType: 'Mul', input: ['x', 'int4'], output: ['v'] },
      ],
      initializer: [{ name: 'int4', dims: [1, 4], dataType: 22, rawData: new Uint8Array(2) }],
    });
    expect(layers.map(({ output, outputBytes }) => [output, outputBytes])).toEqual(
      layers.map(() => [undefined, 0]),
    );
  });

  it('takes the type that is said somewhere', async () => {
    const node = [{ opType: 'Erf', input: ['x'], output: ['y'] }];
    const said = { valueInfo: [value('y', [1, 4])], output: [{ name: 'y' }] };
    const { layers, outputs } = await foreign({ node, ...said });
    expect(layers[0]?.output?.shape).toEqual([1, 4]);
    expect(outputs).toEqual([{ name: 'y', type: undefined }]);
  });

  it.each([
    ['what somebody trained', [], 54, [54, 0, 0, 54]],
    [
      'nothing that nobody trained, nor what works with it alone, also behind its quantisers',
      [{ key: 'rcc.constants', value: 'w\nscale\nzero' }],
      0,
      [0, 0, 0, 0],
    ],
  ])('counts %s', async (_, metadataProps, params, macs) => {
    const attribute = [ints('kernel_shape', 3, 3), ints('pads', 0, 0, 0, 0), ints('strides', 1, 1)];
    const axis = [{ name: 'axis', type: 2, i: 0 }];
    const scaled = (input: string) => [input, 'scale', 'zero'];
    const { layers, metadata } = await foreign(
      {
        input: [value('x', [1, 3, 3, 3])],
        node: [
          { opType: 'Conv', input: ['x', 'w'], output: ['a'], attribute },
          { opType: 'QuantizeLinear', input: scaled('w'), output: ['q'], attribute: axis },
          { opType: 'DequantizeLinear', input: scaled('q'), output: ['d'], attribute: axis },
          { opType: 'Conv', input: ['x', 'd'], output: ['b'], attribute },
        ],
        initializer: [
          floats('w', [2, 3, 3, 3]),
          floats('scale', [2]),
          { name: 'zero', dims: [2], dataType: 3, rawData: new Uint8Array(2) },
        ],
      },
      { metadataProps },
    );
    expect(layers.map(({ output }) => output?.dataType)).toEqual([
      'float32',
      'int8',
      'float32',
      'float32',
    ]);
    expect(layers.map((layer) => layer.macs)).toEqual(macs);
    expect(layers[0]?.params).toBe(params);
    expect(layers[3]?.output?.shape).toEqual([1, 2, 1, 1]);
    expect(metadata).toEqual({});
  });

  it('lists weights that are declared as inputs too as weights', async () => {
    const { inputs, opset, producer, metadata } = await foreign({
      input: [value('x', [1, 4]), value('w', [2, 4]), value('int4', [1], 22), { name: 'none' }],
      initializer: [floats('w', [2, 4])],
    });
    expect(inputs).toEqual([
      { name: 'x', type: { dataType: 'float32', shape: [1, 4] } },
      { name: 'int4', type: undefined },
      { name: 'none', type: undefined },
    ]);
    expect([opset, producer, metadata]).toEqual([0, '', {}]);
  });

  it('takes the opset of ONNX itself, not of another domain', async () => {
    const { opset, producer } = await foreign(
      {},
      {
        producerName: 'pytorch',
        opsetImport: [
          { domain: 'com.microsoft', version: 1 },
          { domain: '', version: 17 },
        ],
      },
    );
    expect([opset, producer]).toEqual([17, 'pytorch']);
  });

  it('reads attributes of all kinds', async () => {
    const { INT, INTS, FLOAT: FLOATS } = onnx.AttributeProto.AttributeType;
    const { layers } = await foreign({
      input: [value('x', ['N', 3, 8, 8])],
      node: [
        {
          opType: 'Conv',
          name: 'conv',
          input: ['x', 'w'],
          output: ['c'],
          attribute: [
            { name: 'kernel_shape', type: INTS, ints: [3, 3] },
            { name: 'strides', type: INTS, ints: [2, 2] },
            { name: 'pads', type: INTS, ints: [1, 1, 1, 1] },
          ],
        },
        {
          opType: 'Flatten',
          name: 'flat',
          input: ['c'],
          output: ['f'],
          attribute: [{ name: 'axis', type: INT, i: 1 }],
        },
        {
          opType: 'BatchNormalization',
          name: 'bn',
          input: ['c', 's', 's', 's', 's'],
          output: ['b'],
          attribute: [{ name: 'epsilon', type: FLOATS, f: 1e-3 }],
        },
        {
          opType: 'Cast',
          name: 'cast',
          input: ['f'],
          output: ['h'],
          attribute: [{ name: 'to', type: INT, i: 10 }],
        },
      ],
      initializer: [floats('w', [5, 3, 3, 3]), floats('s', [5])],
    });
    expect(layers.map(({ name, output }) => [name, output])).toEqual([
      ['conv', { dataType: 'float32', shape: ['N', 5, 4, 4] }],
      ['flat', { dataType: 'float32', shape: ['N', 80] }],
      ['bn', { dataType: 'float32', shape: ['N', 5, 4, 4] }],
      ['cast', { dataType: 'float16', shape: ['N', 80] }],
    ]);
    // Each input of a node counts, a name twice too: the same tensor is read twice.
    expect(layers[2]).toMatchObject({ params: 10, weightBytes: 80 });
  });
});
