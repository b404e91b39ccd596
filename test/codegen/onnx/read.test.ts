import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../codegen/onnx/read.ts';
import { summarizeOnnx } from '../../../codegen/onnx/summary.ts';
import { expectDiagnostic, memorySource, sparseSource } from '../../helpers/byte-sources.ts';
import { joinBytes } from '../../helpers/damage.ts';
import { field } from '../../helpers/wire.ts';

const { onnx } = onnxProto;

const read = (bytes: Uint8Array) => readOnnx(memorySource(bytes, 'model.onnx'));

async function refusalOf(bytes: Uint8Array): Promise<string> {
  return (await expectDiagnostic(() => read(bytes), 'onnx-malformed')).message;
}

const encode = (graph: Onnx.IGraphProto): Uint8Array =>
  onnx.ModelProto.encode({ irVersion: 8, graph }).finish();
const withTensor = (tensor: Onnx.ITensorProto) =>
  encode({ initializer: [{ name: 'weight', dataType: 1, ...tensor }] });
const float = (count: number) => new Uint8Array(4 * count);

/** A node whose attribute holds a graph with such a node, and so on. */
function nested(depth: number): Uint8Array {
  let graph: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < depth; i++) graph = field(1, field(5, field(6, graph)));
  return field(7, graph);
}

describe('sizes of a tensor', () => {
  it.each<[string, Onnx.ITensorProto]>([
    ['raw', { dims: [2, 3], rawData: float(6) }],
    ['numbers', { dims: [2, 3], floatData: [1, 2, 3, 4, 5, 6] }],
    ['whole numbers', { dims: [3], dataType: 7, int64Data: [1, -2, 300] }],
    ['of four bits', { dims: [3], dataType: 22, rawData: new Uint8Array(2) }],
    ['halves among whole numbers', { dims: [2], dataType: 10, int32Data: [15360, 0] }],
    ['texts', { dims: [2], dataType: 8, stringData: [Uint8Array.of(65), Uint8Array.of(66)] }],
    ['no element', { dims: [0, 3], rawData: float(0) }],
    ['a scalar', { dims: [], rawData: float(1) }],
    ['with a word on it', { dims: [2], floatData: [1, 2], docString: 'both' }],
    ['whole numbers without a sign', { dims: [2], dataType: 13, uint64Data: [1, 300] }],
    ['whole numbers of 32 bits', { dims: [2], dataType: 6, int32Data: [1, -1] }],
    ['numbers of eight bytes', { dims: [2], dataType: 11, doubleData: [1, 2] }],
    ['of four bits among whole numbers', { dims: [3], dataType: 22, int32Data: [1, 2] }],
    ['64 sizes', { dims: Array(64).fill(1), rawData: float(1) }],
    ['complex numbers of 16 bytes', { dims: [2], dataType: 15, doubleData: [1, 2, 3, 4] }],
    ['complex numbers', { dims: [2], dataType: 14, floatData: [1, 2, 3, 4] }],
    ['of eight bits among whole numbers', { dims: [2], dataType: 3, int32Data: [1, 2] }],
    ['a type of tomorrow', { dims: [5], dataType: 99, rawData: float(1) }],
    ['in another file', { dims: [1000], dataLocation: 1 }],
  ])('are taken: %s', async (_, tensor) => {
    const { initializers } = await read(withTensor(tensor));
    const [{ shape, sizeBytes, dataOffset } = expect.fail('no tensor')] = initializers;
    expect(shape).toEqual(tensor.dims);
    // Where a tensor has no bytes of its own, it counts as a whole.
    const message = onnx.TensorProto.encode({ name: 'weight', dataType: 1, ...tensor }).finish();
    expect(sizeBytes).toBe(tensor.rawData?.length ?? message.length);
    expect(dataOffset === undefined).toBe(tensor.rawData === undefined);
  });

  it.each([
    ['negative', { dims: [-6], rawData: float(6) }, "'weight' is [-6], which is no size"],
    ['both negative', { dims: [-2, -3], rawData: float(6) }, "'weight' is [-2, -3], which is no"],
    ['beyond all numbers', { dims: [2 ** 31, 2 ** 31, 4] }, 'which is no size'],
    ['larger than the data', { dims: [7], rawData: float(6) }, 'its data has another size'],
    ['smaller than the data', { dims: [5], rawData: float(6) }, 'its data has another size'],
    ['not elsewhere', { dims: [5], dataLocation: 0 }, 'its data has another size'],
    ['without data', { dims: [5] }, 'its data has another size'],
    ['more than the numbers', { dims: [3], floatData: [1, 2] }, 'its data has another size'],
    ['fewer than the numbers', { dims: [1], floatData: [1, 2] }, 'its data has another size'],
    ['64 negative ones of ten bytes each', { dims: Array(64).fill(-1) }, 'which is no size'],
    ['too many', { dims: Array(65).fill(1), rawData: float(1) }, 'more than 64 dimensions'],
  ])('are refused: %s', async (_, tensor, reason) => {
    expect(await refusalOf(withTensor(tensor))).toContain(reason);
  });

  // Elements and bytes by ONNX's numbers of types (onnx.proto3, TensorProto.DataType).
  it.each<[types: readonly number[], elements: number, sizeBytes: number]>([
    [[2, 3, 9, 17, 18, 19, 20, 24], 3, 3],
    [[4, 5, 10, 16], 3, 6],
    [[1, 6, 12], 3, 12],
    [[7, 11, 13, 14], 3, 24],
    [[15], 3, 48],
    [[21, 22, 23], 3, 2],
    [[25, 26], 5, 2],
  ])('are those of the bytes: types %j', async (types, elements, sizeBytes) => {
    for (const dataType of types) {
      const tensor = { dims: [elements], dataType, rawData: new Uint8Array(sizeBytes) };
      expect((await read(withTensor(tensor))).initializers[0]).toMatchObject({ sizeBytes });
      const longer = { ...tensor, rawData: new Uint8Array(sizeBytes + 1) };
      expect(await refusalOf(withTensor(longer))).toContain('its data has another size');
    }
  });

  it('may be those of numbers that are fields of their own, without a name', async () => {
    const tensor = Uint8Array.of(...[0x08, 2], ...[0x10, 7], ...[0x38, 5], ...[0x38, 6]);
    const { initializers } = await read(field(7, field(5, tensor)));
    expect(initializers).toEqual([
      { name: '', dataType: 'int64', shape: [2], sizeBytes: 8, dataOffset: undefined },
    ]);
  });

  it('are refused where they are written as what they are not', async () => {
    const four = field(7, field(5, Uint8Array.of(0x0d, 1, 0, 0, 0)));
    expect(await refusalOf(four)).toContain('its bytes make no message at offset 4');
  });

  it('are refused where they end inside of a number', async () => {
    expect(await refusalOf(Buffer.from('3a052a030a0180', 'hex'))).toContain('end early');
  });

  it.each([
    ['200 kB', 200_000],
    ['30 MB', 30_000_000],
  ])('are not read where they are %s', async (_, length) => {
    const source = memorySource(
      field(7, field(5, field(1, new Uint8Array(length).fill(1)))),
      'model.onnx',
    );
    const { message } = await expectDiagnostic(() => readOnnx(source), 'onnx-malformed');
    expect(message).toContain('more than 64 dimensions');
    expect(source.total.bytes).toBeLessThan(1_000_000);
  });

  it('are counted where each is a field of its own', async () => {
    const dims = new Uint8Array(200_000).map((_, i) => (i % 2 === 0 ? 8 : 1));
    expect(await refusalOf(field(7, field(5, dims)))).toContain('more than 64 dimensions');
  });
});

describe('sizes of inputs, outputs and values', () => {
  const infoOf = (...sizes: readonly number[]): Onnx.IValueInfoProto => ({
    name: 'x',
    type: {
      tensorType: { elemType: 1, shape: { dim: sizes.map((dimValue) => ({ dimValue })) } },
    },
  });

  it('are told as far as there is room', async () => {
    const input = [infoOf(1, 2, 3, 4, 5, 6, 7, 8, 9, -1)];
    expect(await refusalOf(encode({ input }))).toContain(
      "'x' is [1, 2, 3, 4, 5, 6, 7, 8], which is no size of a tensor",
    );
  });

  it('are none where there is no tensor, or nothing is said of it', async () => {
    const input = [{}, { type: {} }, { type: { sequenceType: {} } }, { type: { tensorType: {} } }];
    expect((await read(encode({ input }))).graph.input).toHaveLength(input.length);
  });

  it.each(['input', 'output', 'valueInfo'] as const)('are no less than 0: %s', async (place) => {
    const sizes = [1, -3, 8];
    expect(await refusalOf(encode({ [place]: [infoOf(...sizes)] }))).toContain("'x' is [1, -3, 8]");
    const { inputs, outputs } = summarizeOnnx(await read(encode({ [place]: [infoOf(1, 3)] })));
    expect([...inputs, ...outputs].every(({ type }) => type?.shape.join() === '1,3')).toBe(true);
  });
});

describe('what a model is made of', () => {
  it('may be nested as far as networks are', async () => {
    expect(await read(nested(20))).toBeDefined();
  });
  it('may not be nested without end', async () => {
    expect(await refusalOf(nested(1000))).toContain('nested more than 100 deep');
  });
  it('is one graph', async () => {
    expect(await refusalOf(encode({}).slice(0, 2))).toContain('it holds no graph');
    const graph = field(7, field(2, Uint8Array.of(65)));
    expect(await refusalOf(joinBytes(graph, graph))).toContain('more than one graph');
  });
  it.each([
    ['a graph', joinBytes(field(7), Uint8Array.of(0x38, 5))],
    ['a tensor', field(7, Uint8Array.of(0x28, 5))],
  ])('is written as it is read: a number is not %s', async (_, bytes) => {
    expect(await refusalOf(bytes)).toContain('make no message');
  });

  it.each([
    ['the model', [0x3a, 0]],
    ['the graph', [0x3a, 0x81, 0x80, 0x80, 0x20]],
  ])('has at most 64 MiB beside the weights in %s', async (_, start) => {
    // Field 13: a tag, a length of four bytes, and zeros to one byte too many.
    const head = Uint8Array.from([...start, 0x6a, 0xfc, 0xff, 0xff, 0x1f]);
    const source = sparseSource(head, start.length + 2 ** 26 + 1);
    const { message } = await expectDiagnostic(() => readOnnx(source), 'onnx-malformed');
    expect(message).toContain(`it holds more than ${2 ** 26} bytes beside its weights`);
  });

  it('may have 64 MiB beside the weights', async () => {
    const head = Uint8Array.from([0x3a, 0, 0x6a, 0xfb, 0xff, 0xff, 0x1f]);
    expect((await readOnnx(sparseSource(head, 2 + 2 ** 26))).graph.node).toEqual([]);
  });

  it('is read in one piece where neighbours lie together', async () => {
    const node = Array.from({ length: 9 }, () => ({ opType: 'Relu' }));
    const bytes = onnx.ModelProto.encode({ irVersion: 8, graph: { node, name: 'g' } }).finish();
    const source = memorySource(joinBytes(bytes, field(2, Uint8Array.of(65)), field(3)));
    await readOnnx(source);
    // All of it is looked at, then the graph is read, and what stands before and behind it.
    expect(source.total.reads).toBe(4);
  });

  it('is written as it is read: a number is no text', async () => {
    // Name of the graph as a number, which onnx-proto takes for the length of a name.
    expect(await refusalOf(Uint8Array.of(0x3a, 2, 0x10, 5))).toContain('make no message');
  });
  it('has no name that commands the terminal', async () => {
    const tensor = { name: '\u001b[2J\u202e', dims: [-1] };
    const message = await refusalOf(encode({ initializer: [tensor] }));
    expect(message).toContain('\\u{1b}[2J\\u{202e}');
  });
});
