import { describe, expect, test } from 'vitest';
import { globals } from '../../../../../codegen/weights/formats/pickle/globals.ts';
import { readPickle } from '../../../../../codegen/weights/formats/pickle/read-pickle.ts';
import type {
  PickleBytes,
  PickleValue,
} from '../../../../../codegen/weights/formats/pickle/values.ts';
import { expectDiagnostic, memorySource } from '../../../../helpers/byte-sources.ts';
import { bytesOfParts, op, type Part, pickle, u32, u64 } from '../../../../helpers/pickle-parts.ts';

const ascii = (text: string): Part => [...text].map((letter) => letter.charCodeAt(0));

async function readValue(...parts: readonly Part[]): Promise<PickleValue> {
  const bytes = pickle(4, ...parts);
  const { value, end } = await readPickle(memorySource(bytes));
  expect(end).toBe(bytes.length);
  return value;
}

async function contentOf(value: PickleValue, length: number): Promise<readonly number[]> {
  return [...(await (value as PickleBytes).read(length))];
}

describe('what each opcode makes (pickletools has their descriptions)', () => {
  test.each<[string, Part, PickleValue]>([
    ['NONE', [0x4e], null],
    ['NEWTRUE', [0x88], true],
    ['NEWFALSE', [0x89], false],
    ['BININT', [0x4a, 0xfe, 0xff, 0xff, 0xff], -2],
    ['BININT of several bytes', [0x4a, 1, 2, 3, 4], 0x04030201],
    ['BININT1', [0x4b, 200], 200],
    ['BININT2', [0x4d, 1, 2], 0x0201],
    ['LONG1 of nothing', [0x8a, 0], 0],
    ['LONG1', [0x8a, 2, 0xff, 0xff], -1],
    ['LONG1 of several bytes', [0x8a, 5, 1, 0, 0, 0, 2], 2 * 2 ** 32 + 1],
    ['LONG1 beyond 2⁵³', [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40], 2n ** 62n],
    [
      'BINFLOAT, high byte first',
      [0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
      { kind: 'float', value: 1.5 },
    ],
    ['SHORT_BINUNICODE', [0x8c, 2, 0xc3, 0xa4], 'ä'],
    ['BINUNICODE', [[0x58], u32(2), [0xc3, 0xa4]], 'ä'],
    ['BINUNICODE8', [[0x8d], u64(2), [0xc3, 0xa4]], 'ä'],
    ['EMPTY_DICT', [0x7d], { kind: 'dict', entries: new Map() }],
    ['EMPTY_LIST', [0x5d], { kind: 'list', items: [] }],
    ['EMPTY_TUPLE', [0x29], { kind: 'tuple', items: [] }],
    ['TUPLE', [0x28, 0x4b, 1, 0x4b, 2, 0x74], { kind: 'tuple', items: [1, 2] }],
    ['TUPLE1', [0x4b, 1, 0x85], { kind: 'tuple', items: [1] }],
    ['TUPLE2', [0x4b, 1, 0x4b, 2, 0x86], { kind: 'tuple', items: [1, 2] }],
    ['TUPLE3', [0x4b, 1, 0x4b, 2, 0x4b, 3, 0x87], { kind: 'tuple', items: [1, 2, 3] }],
    ['APPEND', [0x5d, 0x4b, 1, 0x61, 0x4b, 2, 0x61], { kind: 'list', items: [1, 2] }],
    ['APPENDS', [0x5d, 0x28, 0x4b, 1, 0x4b, 2, 0x65], { kind: 'list', items: [1, 2] }],
    [
      'SETITEM',
      [0x7d, 0x4b, 1, 0x4b, 2, 0x73],
      { kind: 'dict', entries: new Map<number | string, PickleValue>([[1, 2]]) },
    ],
    [
      'SETITEMS',
      [0x7d, 0x28, 0x4b, 1, 0x4b, 2, 0x8c, 1, 0x61, 0x4e, 0x75],
      {
        kind: 'dict',
        entries: new Map<number | string, PickleValue>([
          [1, 2],
          ['a', null],
        ]),
      },
    ],
    ['FRAME, stepped over', [[0x95], u64(999), [0x4b, 7]], 7],
    [
      'BINPUT and BINGET',
      [0x4b, 7, 0x71, 5, 0x4b, 8, 0x68, 5, 0x87],
      { kind: 'tuple', items: [7, 8, 7] },
    ],
    [
      'LONG_BINPUT and LONG_BINGET',
      [[0x4b, 7, 0x72], u32(70_000), [0x4b, 8, 0x6a], u32(70_000), [0x87]],
      { kind: 'tuple', items: [7, 8, 7] },
    ],
    ['MEMOIZE', [0x4b, 7, 0x94, 0x4b, 8, 0x94, 0x68, 0, 0x87], { kind: 'tuple', items: [7, 8, 7] }],
  ])('%s', async (_, parts, expected) => {
    expect(await readValue(parts)).toEqual(expected);
  });

  test.each([
    [
      'SHORT_BINBYTES',
      [
        [0x43, 3],
        [1, 2, 3],
      ],
    ],
    ['BINBYTES', [[0x42], u32(3), [1, 2, 3]]],
    ['BINBYTES8', [[0x8e], u64(3), [1, 2, 3]]],
  ] satisfies readonly (readonly [string, Part])[])('%s', async (_, parts) => {
    const value = await readValue(parts);
    expect(value).toMatchObject({ kind: 'bytes', least: 3, most: 3 });
    expect(await contentOf(value, 3)).toEqual([1, 2, 3]);
    expect([...((await (value as PickleBytes).readPart?.(1, 2)) ?? [])]).toEqual([2, 3]);
  });

  test.each([
    ['SHORT_BINSTRING', [0x55, 2, 0x61, 0xe4]],
    ['BINSTRING', [[0x54], u32(2), [0x61, 0xe4]]],
  ] satisfies readonly (readonly [
    string,
    Part,
  ])[])('%s: bytes, and a name of one letter a byte', async (_, parts) => {
    const value = await readValue(parts);
    expect(value).toMatchObject({ kind: 'bytes', least: 2, most: 2, text: 'aä' });
    expect(await contentOf(value, 2)).toEqual([0x61, 0xe4]);
  });

  test('a text or string of more than 255 bytes stays in the file', async () => {
    const long = 'a'.repeat(256);
    expect(await readValue([0x58], u32(256), ascii(long))).toEqual({
      kind: 'text',
      offset: 7,
      length: 256,
    });
    expect(await readValue([0x58], u32(255), ascii('a'.repeat(255)))).toBe('a'.repeat(255));
    const bytes = await readValue([0x54], u32(256), ascii(long));
    expect(await contentOf(bytes, 256)).toEqual(Array.from({ length: 256 }, () => 0x61));
    expect(bytes).not.toHaveProperty('text');
    const short = await readValue([0x54], u32(255), ascii('a'.repeat(255)));
    expect(short).toMatchObject({ kind: 'bytes', text: 'a'.repeat(255) });
  });

  test('GLOBAL and STACK_GLOBAL', async () => {
    const expected = { kind: 'global', name: 'torch FloatStorage', elementType: 'float32' };
    expect(await readValue(op.global('torch', 'FloatStorage'))).toEqual(expected);
    expect(
      await readValue(op.shortText('torch'), op.shortText('FloatStorage'), op.stackGlobal),
    ).toEqual(expected);
  });

  test('a pickle may begin anywhere', async () => {
    const bytes = bytesOfParts([9, 9, 9], pickle(2, [0x4b, 7]), [0x2e]);
    const { value, end } = await readPickle(memorySource(bytes), { start: 3 });
    expect([value, end]).toEqual([7, bytes.length - 1]);
  });

  test('opcodes around long data, over many windows', async () => {
    const data = new Uint8Array(70_000);
    const items = Array.from({ length: 30_000 }, (_, i): Part => [0x4d, i & 255, i >> 8]);
    const value = await readValue(
      [0x5d, 0x28],
      op.bytes(data),
      items,
      op.bytes(data),
      [0x4b, 3, 0x65],
    );
    const list = (value as { items: readonly PickleValue[] }).items;
    expect(list).toHaveLength(30_003);
    expect(list.slice(1, -2)).toEqual(Array.from({ length: 30_000 }, (_, i) => i));
    expect(list.at(-1)).toBe(3);
    expect(list.at(-2)).toMatchObject({ kind: 'bytes', most: 70_000 });
  });
});

describe('limits', () => {
  test.each([2, 3, 4, 5])('protocol %i is read', async (protocol) => {
    const { value } = await readPickle(memorySource(pickle(protocol, [0x4e])));
    expect(value).toBeNull();
  });

  test.each([0, 1, 6])('protocol %i is not', async (protocol) => {
    const work = () => readPickle(memorySource(pickle(protocol, [0x4e])));
    const { message } = await expectDiagnostic(work, 'weights-pickle-protocol');
    expect(message).toContain(String(protocol));
  });

  test('a file that does not begin as a pickle', async () => {
    const work = () => readPickle(memorySource(Uint8Array.of(0x81, 4, 0x4e, 0x2e)));
    await expectDiagnostic(work, 'weights-pickle-protocol');
  });

  test('400,000 opcodes, and one more', async () => {
    // A list, two opcodes for each of its elements, a tuple around it if that is wanted, and the end.
    const elements = Array.from({ length: 199_999 }, (): Part => [0x4e, 0x61]);
    const allowed = pickle(4, [0x5d], elements);
    await expect(readPickle(memorySource(allowed))).resolves.toBeDefined();
    const oneMore = pickle(4, [0x5d], elements, [0x85]);
    const work = () => readPickle(memorySource(oneMore));
    const { message } = await expectDiagnostic(work, 'weights-pickle-limit');
    expect(message).toContain('opcodes');
  });

  test('a name that does not end', async () => {
    const work = () => readValue([0x63], ascii('a'.repeat(256)), [10, 0x61, 10]);
    const { message } = await expectDiagnostic(work, 'weights-pickle-malformed');
    expect(message).toContain('a name that does not end');
  });
});

describe('what a pickle may name', () => {
  test('is this to make a value; all else makes blanks', () => {
    const lines = [...globals.values()].map(({ name, elementType, construct }) => {
      return `${name}: ${elementType ?? (construct ? 'makes a value' : 'is only named')}`;
    });
    expect(lines.join('\n')).toMatchSnapshot();
  });

  const dtype: Part = [op.global('numpy', 'dtype'), op.tuple(op.text('f4')), op.reduce];
  const array: Part = [
    op.global('numpy.core.multiarray', '_reconstruct'),
    op.tuple(op.global('numpy', 'ndarray')),
    op.reduce,
  ];
  const dtypeState = (...last: readonly Part[]): Part => [
    dtype,
    op.tuple(op.int(3), ...last),
    op.build,
  ];
  const arrayState = (...items: readonly Part[]): Part => [array, op.tuple(...items), op.build];
  const shape = op.tuple(op.int(1));
  const data = op.bytes(new Uint8Array(4));
  const tensor = (storage: Part): Part => [
    op.global('torch._utils', '_rebuild_tensor'),
    op.tuple(storage, op.int(0), shape, shape),
    op.reduce,
  ];
  const made = (module: string, name: string, ...args: readonly Part[]): Part => [
    op.global(module, name),
    op.tuple(...args),
    op.reduce,
  ];

  test.each<[Part, string]>([
    [made('collections', 'OrderedDict', op.int(1)), 'an OrderedDict made with arguments'],
    [made('builtins', 'tuple', op.int(1)), 'a tuple made of no sequence'],
    [
      made('_codecs', 'encode', op.text('a'), op.text('utf8')),
      'a text encoded other than in latin1',
    ],
    [made('_codecs', 'encode', op.int(1), op.text('latin1')), 'an encoded value that is no text'],
    [made('numpy', 'dtype', op.int(1)), 'a dtype without a code'],
    [tensor(op.int(1)), 'a tensor without a storage'],
    [made('torch._utils', '_rebuild_tensor_v3', op.int(1)), 'a tensor without a dtype'],
    [made('torch._utils', '_rebuild_parameter', op.int(1)), 'a parameter without a tensor'],
    [dtypeState(op.int(1), op.none, op.none, op.none), 'a dtype without a byte order'],
    [dtypeState(op.text('<>'), op.none, op.none, op.none), 'a dtype without a byte order'],
    [dtypeState(op.text('!'), op.none, op.none, op.none), 'a dtype without a byte order'],
    [arrayState(op.int(1), shape, dtype, op.false), 'an array with an unknown state'],
    [arrayState(op.int(2), shape, dtype, op.false, data), 'an array with an unknown state'],
    [arrayState(op.int(1), shape, op.int(1), op.false, data), 'an array with an unknown state'],
    [arrayState(op.int(1), shape, dtype, op.int(0), data), 'an array with an unknown state'],
    [
      [
        arrayState(op.int(1), shape, dtype, op.false, data),
        op.tuple(op.int(1), shape, dtype, op.false, data),
        op.build,
      ],
      'an array that is filled twice',
    ],
    [arrayState(op.int(1), shape, dtype, op.false, op.int(1)), 'an array whose data is an integer'],
    [arrayState(op.int(1), op.int(1), dtype, op.false, data), 'dimensions that are an integer'],
    [
      arrayState(op.int(1), op.tuple(op.text('3')), dtype, op.false, data),
      'a string as a dimension, which is an integer',
    ],
    [
      arrayState(op.int(1), op.tuple(op.float(3)), dtype, op.false, data),
      'a float as a dimension, which is an integer',
    ],
    [
      arrayState(op.int(1), op.tuple([0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40]), dtype, op.false, data),
      '4611686018427387904 as a dimension, beyond any tensor',
    ],
    [[op.emptyList, op.emptyDict, op.build], 'a state for a list'],
    [[op.none, op.emptyDict, op.build], 'a state for nothing'],
  ])('%#: %s', async (part, reason) => {
    const { message } = await expectDiagnostic(() => readValue(part), 'weights-pickle-malformed');
    expect(message).toContain(reason);
  });

  test('a shape has up to 64 dimensions', async () => {
    const ones = (count: number) => op.tuple(...Array.from({ length: count }, () => op.int(1)));
    const of = (count: number) => arrayState(op.int(1), ones(count), dtype, op.false, data);
    expect(await readValue(of(64))).toMatchObject({ kind: 'array' });
    const { message } = await expectDiagnostic(() => readValue(of(65)), 'weights-pickle-malformed');
    expect(message).toContain('more than 64 dimensions');
  });

  test('an array has what its state says', async () => {
    const sizes = [op.emptyList, op.mark, op.int(2), op.int(3), op.appends];
    const big: Part = [
      dtype,
      op.tuple(op.int(3), op.text('>'), op.none, op.none, op.none),
      op.build,
    ];
    const value = await readValue(
      arrayState(op.int(1), sizes, big, op.true, op.shortString('abc')),
    );
    expect(value).toMatchObject({
      kind: 'array',
      state: { shape: [2, 3], code: 'f4', byteOrder: '>', isColumnMajor: true },
    });
    const { state } = value as { state: { data: PickleBytes } };
    expect(await contentOf(state.data, 3)).toEqual([97, 98, 99]);
  });

  test('a tuple is made of a tuple or a list', async () => {
    const expected = { kind: 'tuple', items: [1, 2] };
    const items = op.tuple(op.int(1), op.int(2));
    expect(await readValue(made('builtins', 'tuple', items))).toEqual(expected);
    const list: Part = [op.emptyList, op.mark, op.int(1), op.int(2), op.appends];
    expect(await readValue(made('torch', 'Size', list))).toEqual(expected);
  });

  test('a blank takes any arguments, state, items and elements, and stays one', async () => {
    const blank = { kind: 'foreign', name: 'collections.defaultdict' };
    const make = made('collections', 'defaultdict', op.global('builtins', 'dict'));
    expect(await readValue(make)).toEqual(blank);
    const empty = { kind: 'dict', entries: new Map() };
    const one = { kind: 'dict', entries: new Map([['a', null]]) };
    expect(await readValue(make, op.emptyDict, op.build)).toEqual({ ...blank, state: empty });
    const items = await readValue(make, op.text('a'), op.none, op.setItem);
    expect(items).toEqual({ ...blank, items: one });
    expect(await readValue(make, op.mark, op.none, op.appends)).toEqual(blank);
  });

  test.each([
    ['REDUCE', [op.global('m', 'C'), op.emptyTuple, op.reduce], 'm.C'],
    ['NEWOBJ', [op.global('m', 'C'), op.emptyTuple, op.newObject], 'm.C'],
    ['NEWOBJ_EX', [op.global('m', 'C'), op.emptyTuple, op.emptyDict, [0x92]], 'm.C'],
    ['OBJ', [op.mark, op.global('m', 'C'), op.int(1), [0x6f]], 'm.C'],
    ['INST', [op.mark, op.int(1), [0x69], ascii('m\nC\n')], 'm.C'],
    [
      'copyreg',
      made('copyreg', '_reconstructor', op.global('m', 'C'), op.global('builtins', 'object')),
      'm.C',
    ],
    ['a call of what a call gives', [made('m', 'f'), op.emptyTuple, op.reduce], 'm.f'],
    ['EMPTY_SET and ADDITEMS', [[0x8f], op.mark, op.int(1), [0x90]], 'builtins.set'],
    ['FROZENSET', [op.mark, op.int(1), [0x91]], 'builtins.frozenset'],
    ['LONG4 of 256 bytes', [[0x8b], u32(256), new Uint8Array(256)], 'builtins.int'],
    [
      'an array of another class',
      made('numpy.core.multiarray', '_reconstruct', op.global('numpy', 'matrix')),
      'numpy.matrix',
    ],
  ] satisfies readonly (readonly [
    string,
    Part,
    string,
  ])[])('%s makes a blank', async (_, part, name) => {
    expect(await readValue(part)).toEqual({ kind: 'foreign', name });
  });

  test.each([
    ['LONG4', [[0x8b], u32(2), [0xff, 0xff]], -1],
    ['POP', [op.int(5), op.int(6), [0x30]], 5],
    ['POP_MARK', [op.int(5), op.mark, op.int(6), [0x31]], 5],
    ['LIST', [op.mark, op.int(5), [0x6c]], { kind: 'list', items: [5] }],
    [
      'DICT',
      [op.mark, op.text('a'), op.int(5), [0x64]],
      { kind: 'dict', entries: new Map([['a', 5]]) },
    ],
  ] satisfies readonly (readonly [string, Part, PickleValue])[])('%s', async (_, part, value) => {
    expect(await readValue(part)).toEqual(value);
  });

  test.each([
    'O8',
    'V4',
    'U5',
    'S3',
    'M8',
    'm8',
  ])('an array of %s is none of numbers', async (code) => {
    const type: Part = [
      made('numpy', 'dtype', op.text(code)),
      op.tuple(op.int(3), op.text('|'), op.none, op.none, op.none),
      op.build,
    ];
    const value = await readValue(arrayState(op.int(1), shape, type, op.false, op.emptyList));
    expect(value).toEqual({ kind: 'array', elements: code });
  });

  test.each([0, 1, 2])('an array with fields is none of numbers: %i', async (at) => {
    const fields = [op.none, op.none, op.none].with(at, op.int(1));
    const type = dtypeState(op.text('<'), ...fields);
    const value = await readValue(arrayState(op.int(1), shape, type, op.false, data));
    expect(value).toEqual({ kind: 'array', elements: 'V' });
  });

  test('keys that no tensor has are left out', async () => {
    const keys = [op.true, op.none, op.emptyTuple, op.global('m', 'C'), op.text('a'.repeat(300))];
    const value = await readValue(op.dict(...keys.map((key) => [key, op.int(1)] as const)));
    expect(value).toEqual({ kind: 'dict', entries: new Map() });
  });

  test('a dict may have attributes, which are no tensors', async () => {
    const value = await readValue(op.emptyDict, op.tuple(op.int(1)), op.build);
    expect(value).toEqual({ kind: 'dict', entries: new Map() });
  });
});
