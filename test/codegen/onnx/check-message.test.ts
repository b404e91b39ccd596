import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { faultOfMessage, mostFields } from '../../../codegen/onnx/check-message.ts';
import type { MessageName } from '../../../codegen/onnx/message-shapes.ts';
import { joinBytes } from '../../helpers/damage.ts';
import { field } from '../../helpers/wire.ts';

const { onnx } = onnxProto;
const noMessage = 'its bytes make no message';

interface Message {
  readonly prototype: object;
  encode(value: object): { finish(): Uint8Array };
}

const text = new Uint8Array([65]);
const { TypeProto: type, TensorProto: tensor } = onnx;
/** Each of onnx-proto's messages with a value for every field that the library knows. */
const messages: Readonly<
  Record<MessageName, readonly [Message, Readonly<Record<string, unknown>>]>
> = {
  model: [
    onnx.ModelProto,
    {
      ...{ irVersion: 8, opsetImport: [{}], producerName: 'p', producerVersion: '1', domain: 'd' },
      ...{ modelVersion: 1, docString: 'd', graph: {}, metadataProps: [{}], trainingInfo: [{}] },
      functions: [{}],
    },
  ],
  graph: [
    onnx.GraphProto,
    {
      ...{ node: [{}], name: 'n', initializer: [{}], sparseInitializer: [{}], docString: 'd' },
      ...{ input: [{}], output: [{}], valueInfo: [{}], quantizationAnnotation: [{}] },
    },
  ],
  node: [
    onnx.NodeProto,
    {
      ...{ input: ['i'], output: ['o'], name: 'n', opType: 'Relu', domain: 'd' },
      ...{ attribute: [{}], docString: 'd' },
    },
  ],
  attribute: [
    onnx.AttributeProto,
    {
      ...{ name: 'n', refAttrName: 'r', docString: 'd', type: 1, f: 1, i: 1, s: text, t: {} },
      ...{ g: {}, sparseTensor: {}, tp: {}, floats: [1], ints: [1], strings: [text] },
      ...{ tensors: [{}], graphs: [{}], sparseTensors: [{}], typeProtos: [{}] },
    },
  ],
  tensor: [
    tensor,
    {
      ...{ dims: [1], dataType: 1, segment: {}, floatData: [1], int32Data: [1], int64Data: [1] },
      ...{ stringData: [text], name: 'n', docString: 'd', rawData: text, externalData: [{}] },
      ...{ dataLocation: 1, doubleData: [1], uint64Data: [1] },
    },
  ],
  sparseTensor: [onnx.SparseTensorProto, { values: {}, indices: {}, dims: [1] }],
  valueInfo: [onnx.ValueInfoProto, { name: 'n', type: {}, docString: 'd' }],
  type: [
    type,
    {
      ...{ tensorType: {}, sequenceType: {}, mapType: {}, optionalType: {} },
      ...{ sparseTensorType: {}, denotation: 'd' },
    },
  ],
  arrayType: [type.Tensor, { elemType: 1, shape: {} }],
  listType: [type.Sequence, { elemType: {} }],
  mapType: [type.Map, { keyType: 1, valueType: {} }],
  shape: [onnx.TensorShapeProto, { dim: [{}] }],
  dimension: [onnx.TensorShapeProto.Dimension, { dimValue: 1, dimParam: 'N', denotation: 'd' }],
  training: [
    onnx.TrainingInfoProto,
    { initialization: {}, algorithm: {}, initializationBinding: [{}], updateBinding: [{}] },
  ],
  function: [
    onnx.FunctionProto,
    {
      ...{ name: 'n', input: ['i'], output: ['o'], attribute: ['a'], node: [{}] },
      ...{ docString: 'd', opsetImport: [{}], domain: 'd' },
    },
  ],
  annotation: [onnx.TensorAnnotation, { tensorName: 't', quantParameterTensorNames: [{}] }],
  texts: [onnx.StringStringEntryProto, { key: 'k', value: 'v' }],
  range: [tensor.Segment, { begin: 1, end: 2 }],
  opset: [onnx.OperatorSetIdProto, { domain: 'd', version: 1 }],
};

/** A value of each wire type: varint, eight bytes, none with a length, four bytes. */
const values: Readonly<Record<number, Uint8Array>> = {
  0: new Uint8Array(1),
  1: new Uint8Array(8),
  2: new Uint8Array(1),
  5: new Uint8Array(4),
};
/** How a number of a list is written by itself, where it is no varint. */
const listed: Readonly<Record<string, number>> = { floats: 5, floatData: 5, doubleData: 1 };

const known = Object.entries(messages).flatMap(([message, [Type, fields]]) =>
  Object.entries(fields).map(([name, value]) => {
    const bytes = Type.encode({ [name]: value }).finish();
    const [low = 0, high = 0] = bytes;
    const tag = low < 128 ? low : low - 128 + 128 * high;
    return { message: message as MessageName, name, value, bytes, tag };
  }),
);

function written(tag: number, wireType: number, content = values[wireType]): Uint8Array {
  const other = tag - (tag % 8) + wireType;
  const head = other < 128 ? [other] : [(other % 128) + 128, Math.floor(other / 128)];
  return joinBytes(Uint8Array.from(head), content ?? new Uint8Array(0));
}

describe('a field of a message', () => {
  it('is every one that onnx-proto decodes', () => {
    for (const [Type, fields] of Object.values(messages)) {
      const all = Object.entries(Type.prototype).filter(([, one]) => typeof one !== 'function');
      expect(Object.keys(fields).toSorted()).toEqual(all.map(([name]) => name).toSorted());
    }
  });

  it.each(known)('is taken as onnx-proto writes it, and no other way: $message.$name', (one) => {
    const { message, name, value, bytes, tag } = one;
    expect(faultOfMessage(message, bytes)).toBeUndefined();
    const isList = Array.isArray(value) && typeof value[0] === 'number';
    const ways = [tag % 8, ...(isList ? [listed[name] ?? 0] : [])];
    for (const wireType of [0, 1, 2, 5]) {
      expect(faultOfMessage(message, written(tag, wireType))).toBe(
        ways.includes(wireType) ? undefined : noMessage,
      );
    }
  });

  it.each(known.filter(({ tag }) => tag % 8 === 2))('holds what its kind holds: $message.$name', ({
    message,
    value,
    tag,
  }) => {
    const [first] = [value].flat();
    const isAnything = typeof first === 'string' || first === text;
    const damaged = written(tag, 2, Uint8Array.of(1, 0xff));
    expect(faultOfMessage(message, damaged)).toBe(isAnything ? undefined : noMessage);
  });

  it('may have any form where nobody knows it, and has to end', () => {
    for (const wireType of [0, 1, 2, 5])
      expect(faultOfMessage('texts', written(15 * 8, wireType))).toBeUndefined();
    expect(faultOfMessage('texts', field(15, Uint8Array.of(0xff)))).toBeUndefined();
    expect(faultOfMessage('texts', Uint8Array.of(15 * 8 + 2, 1))).toBe(noMessage);
  });

  it('is no message where one before it is none', () => {
    const damaged = field(1, Uint8Array.of(0xff));
    expect(faultOfMessage('graph', joinBytes(damaged, field(1)))).toBe(noMessage);
  });
});

describe('lists of numbers', () => {
  const list = (number: number, bytes: readonly number[]) => field(number, Uint8Array.from(bytes));
  it.each<[string, MessageName, Uint8Array, boolean]>([
    ['varints of one and of two bytes', 'attribute', list(8, [1, 0x80, 1]), true],
    ['a varint without an end', 'attribute', list(8, [1, 0x80]), false],
    ['two numbers of four bytes', 'attribute', list(7, Array(8).fill(1)), true],
    ['one and a half', 'attribute', list(7, Array(6).fill(1)), false],
    ['one number of eight bytes', 'tensor', list(10, Array(8).fill(1)), true],
    ['half of one', 'tensor', list(10, Array(4).fill(1)), false],
  ])('are whole: %s', (_, message, bytes, isWhole) => {
    expect(faultOfMessage(message, bytes)).toBe(isWhole ? undefined : noMessage);
  });
});

describe('what a message holds', () => {
  const tooMany = `it holds more than ${mostFields} values beside its weights`;
  const name = field(1, text);
  const ints = (count: number) => field(8, new Uint8Array(count));
  const one = Uint8Array.of(8 * 8, 1);

  it.each<[string, readonly Uint8Array[], string | undefined]>([
    ['a list of integers as long as may be', [ints(mostFields)], undefined],
    ['one more', [ints(mostFields + 1)], tooMany],
    ['a list of floats as long as may be', [field(7, new Uint8Array(4 * mostFields))], undefined],
    ['one more', [field(7, new Uint8Array(4 * mostFields + 4))], tooMany],
    ['a name, and as much as is left', [name, ints(mostFields - 1)], undefined],
    ['a name, and one more', [name, ints(mostFields)], tooMany],
    ['a number by itself, and as much as is left', [one, ints(mostFields - 1)], undefined],
    ['a number by itself, and one more', [one, ints(mostFields)], tooMany],
    ['a graph, and one more', [field(6, field(2, text)), ints(mostFields - 1)], tooMany],
  ])('is bounded: %s', (_, parts, fault) => {
    expect(faultOfMessage('attribute', joinBytes(...parts))).toBe(fault);
  });

  it.each([
    [100, undefined],
    [101, 'its messages are nested more than 100 deep'],
  ])('is at most 100 deep: %i', (depth, fault) => {
    const ways = [1, 5, 6];
    let message: Uint8Array = new Uint8Array(0);
    for (let level = depth - 1; level >= 0; level--) message = field(ways[level % 3] ?? 0, message);
    expect(faultOfMessage('graph', message)).toBe(fault);
  });
});
