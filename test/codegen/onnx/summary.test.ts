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
