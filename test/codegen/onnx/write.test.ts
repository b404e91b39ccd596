import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../codegen/ir/graph.ts';
import type { DataType } from '../../../codegen/ir/types.ts';
import { readOnnx } from '../../../codegen/onnx/read.ts';
import { writeModel } from '../../../codegen/onnx/write.ts';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { bytesOf } from '../../../codegen/tensors/float-bytes.ts';
import { wholeTensor } from '../../../codegen/tensors/tensor-source.ts';
import { loadRuntime } from '../../../engines/onnxruntime/runtime.ts';
import { expectDiagnostic } from '../../helpers/byte-sources.ts';
import { convBatchNorm, smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { modelBytes } from '../../helpers/run-graph.ts';
import { tensorBytes } from '../../helpers/tensors.ts';

const graph: Graph = withNumbers(
  foldBatchNorm.run(
    smallGraph((builder, input) =>
      convBatchNorm(builder, input, {
        name: 'conv',
        channels: 4,
        kernel: 3,
        stride: 1,
        relu: true,
      }),
    ),
    {},
  ),
);

function sourceFor(bytes: Uint8Array) {
  return {
    name: 'model.onnx',
    sizeBytes: bytes.length,
    read: async (offset: number, length: number) => bytes.slice(offset, offset + length),
  };
}

describe('writeModel', () => {
  it('writes what onnx-proto reads', async () => {
    const bytes = await modelBytes(graph, { 'rcc.precision': 'fp32' });
    const model = onnxProto.onnx.ModelProto.decode(bytes);
    expect(model.graph?.node?.map((node) => [node.opType, node.name])).toEqual([
      ['Conv', 'conv'],
      ['Relu', 'conv/relu'],
    ]);
    const weight = model.graph?.initializer?.find((tensor) => tensor.name === 'conv.weight');
    expect(weight?.dims?.map(Number)).toEqual([4, 3, 3, 3]);
    const expected = await tensorBytes(graph.initializers.get('conv.weight')?.source);
    expect(Buffer.from(weight?.rawData ?? [])).toEqual(Buffer.from(expected ?? []));
    expect(model.metadataProps).toEqual([
      expect.objectContaining({ key: 'rcc.precision', value: 'fp32' }),
    ]);
  });

  it('writes what onnxruntime loads', async () => {
    const { InferenceSession } = await loadRuntime();
    const session = await InferenceSession.create(await modelBytes(graph));
    expect(session.inputNames).toEqual(['input']);
    expect(session.outputNames).toEqual(['logits']);
  });

  it('gives the same bytes each time', async () => {
    expect(Buffer.from(await modelBytes(graph)).equals(await modelBytes(graph))).toBe(true);
  });

  it('makes a tensor only after the one before it was taken', async () => {
    let open = 0;
    let most = 0;
    const initializers = new Map(
      [...graph.initializers].map(([name, one]) => [
        name,
        {
          ...one,
          source: wholeTensor('float32', one.type.shape.map(Number), async () => {
            most = Math.max(most, ++open);
            return await tensorBytes(one.source);
          }),
        },
      ]),
    );
    const sink = {
      write: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        open = 0;
      },
    };
    await writeModel({ ...graph, initializers }, sink, {
      producerVersion: '0',
      metadata: () => ({}),
    });
    expect(most).toBe(1);
  });

  /** The model with this tensor alone, given in rows of two elements. */
  function written(dataType: DataType, bytes: Uint8Array, elementBytes: number) {
    const shape = [bytes.length / elementBytes];
    const source = {
      dataType,
      shape,
      async *rows() {
        for (let at = 0; at < bytes.length; at += 2 * elementBytes)
          yield bytes.slice(at, at + 2 * elementBytes);
      },
    };
    const initializers = new Map([['w', { name: 'w', type: { dataType, shape }, source }]]);
    return modelBytes({ ...graph, initializers });
  }
  const floats = (...values: readonly number[]) => bytesOf(Float32Array.from(values));
  const halves = (...bits: readonly number[]) =>
    new Uint8Array(Uint16Array.from(bits).buffer.slice(0));

  it.each<[string, DataType, number, Uint8Array, number]>([
    ['the first', 'float32', 4, floats(Number.NaN, 1, 2, 3), 0],
    ['one of a later row', 'float32', 4, floats(1, 2, 3, Number.NEGATIVE_INFINITY), 3],
    ['a half that is infinite', 'float16', 2, halves(0x3c00, 0x3c00, 0xfc00, 0), 2],
    ['a half that is none', 'float16', 2, halves(0x3c00, 0x7e01), 1],
  ])('writes no number that is not finite: %s', async (...[, dataType, size, bytes, index]) => {
    const work = () => written(dataType, bytes, size);
    const { message } = await expectDiagnostic(work, 'tensor-not-finite');
    expect(message).toContain(`'w' would be written`);
    expect(message).toContain(`(element ${index})`);
  });

  it.each<[DataType, number, Uint8Array]>([
    ['float32', 4, floats(3.4e38, -1e-45, 0, -0)],
    ['float16', 2, halves(0x7bff, 0xfbff, 1, 0x8000)],
    ['int8', 1, new Uint8Array(8).fill(0xff)],
  ])('writes each other as it is: %s', async (dataType, size, bytes) => {
    const model = onnxProto.onnx.ModelProto.decode(await written(dataType, bytes, size));
    expect(Buffer.from(model.graph?.initializer?.[0]?.rawData ?? [])).toEqual(Buffer.from(bytes));
  });

  it('throws where an initializer has no source', async () => {
    const initializers = new Map(graph.initializers);
    const { source: _, ...empty } = initializers.get('conv.weight') ?? expect.fail('no weight');
    initializers.set('conv.weight', empty);
    await expect(modelBytes({ ...graph, initializers })).rejects.toThrow(/has no data/);
  });

  it('throws where a source gives other bytes than its type has', async () => {
    const initializers = new Map(graph.initializers);
    const weight = initializers.get('conv.weight');
    if (!weight?.source) throw new Error('no weight');
    const short = wholeTensor('float32', weight.source.shape, () => new Uint8Array(4));
    initializers.set('conv.weight', { ...weight, source: short });
    await expect(modelBytes({ ...graph, initializers })).rejects.toThrow(/gave 4 bytes/);
  });
});

describe('readOnnx', () => {
  it('reads nodes, types and where the weights lie', async () => {
    const bytes = await modelBytes(graph);
    const file = await readOnnx(sourceFor(bytes));
    expect(file.graph.node?.length).toBe(2);
    expect(
      file.initializers.map(({ name, shape, dataType }) => ({ name, shape, dataType })),
    ).toEqual([
      { name: 'conv.weight', shape: [4, 3, 3, 3], dataType: 'float32' },
      { name: 'conv.bias', shape: [4], dataType: 'float32' },
    ]);
    const weight = file.initializers[0];
    const expected = await tensorBytes(graph.initializers.get('conv.weight')?.source);
    const from = weight?.dataOffset ?? 0;
    expect(Buffer.from(bytes.subarray(from, from + (weight?.sizeBytes ?? 0)))).toEqual(
      Buffer.from(expected ?? []),
    );
  });

  it('refuses every cut of a file with a diagnostic', async () => {
    const bytes = await modelBytes(graph);
    for (let length = 0; length < bytes.length; length += 7) {
      const outcome = await readOnnx(sourceFor(bytes.slice(0, length))).then(
        () => 'read',
        (error: Error) => error.name,
      );
      expect(['read', 'DiagnosticError']).toContain(outcome);
    }
    await expect(readOnnx(sourceFor(bytes.slice(0, bytes.length - 40)))).rejects.toThrow(
      /onnx-malformed/,
    );
  });
});
