import { describe, expect, test } from 'vitest';
import { float32View } from '../../../../../codegen/tensors/float-bytes.ts';
import { openPdparams } from '../../../../../codegen/weights/formats/pdparams.ts';
import { openWeights } from '../../../../../codegen/weights/open-weights.ts';
import { type DiagnosticCode, messages } from '../../../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource, sparseSource } from '../../../../helpers/byte-sources.ts';
import {
  arrayParts,
  bytesOfParts,
  latin1Parts,
  op,
  type Part,
  pickle,
  u32,
  u64,
} from '../../../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../../../helpers/tensors.ts';
import { openAsFor } from '../../../../helpers/unreadable.ts';
import { float32Bytes } from '../../../../helpers/weight-files.ts';

const open = (...parts: readonly Part[]) => openPdparams(memorySource(pickle(4, ...parts)));
const fourBytes = op.bytes(float32Bytes([1]));
const array = (over: Partial<Parameters<typeof arrayParts>[0]>): Part =>
  op.dict([op.text('a'), arrayParts({ shape: [1], data: fourBytes, ...over })]);

describe('nothing in a pickle is called', () => {
  const globals = [
    ['posix', 'system'],
    ['nt', 'system'],
    ['os', 'system'],
    ['subprocess', 'Popen'],
    ['sys', 'exit'],
    ['runpy', 'run_path'],
    ['shutil', 'rmtree'],
    ['importlib', 'import_module'],
    ['operator', 'attrgetter'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['builtins', '__import__'],
    ['builtins', 'open'],
    ['__builtin__', 'eval'],
    ['builtins', 'tuple.__class__'],
    ['builtins', 'constructor'],
    ['torch.hub', 'load'],
    ['torch', 'load'],
    ['numpy', 'load'],
    ['numpy.testing._private.utils', 'runstring'],
    ['pydoc', 'locate'],
  ] as const;

  test.each(globals)('%s.%s is refused by name', async (module, name) => {
    const call = op.tuple(op.text('id'));
    const byLine = () => open(op.global(module, name), call, op.reduce);
    const line = await expectDiagnostic(byLine, 'weights-pickle-global');
    expect(line.message).toContain(`'${module}.${name}' at byte 2`);
    const byStack = () =>
      open(
        op.shortText(module),
        op.memoize,
        op.shortText(name),
        op.memoize,
        op.stackGlobal,
        call,
        op.reduce,
      );
    await expectDiagnostic(byStack, 'weights-pickle-global');
  });

  test.each([
    ['functools', 'partial'],
    ['builtins', 'getattr'],
    ['__proto__', 'constructor'],
    ['torch._utils', '_rebuild_tensor_v9'],
    ['collections', 'OrderedDict.fromkeys'],
    ['collections OrderedDict', ''],
    ['', 'collections OrderedDict'],
    ['posixish', 'system'],
    ['my.os', 'system'],
  ])('%s.%s is a blank and no function', async (module, name) => {
    const call: Part = [op.global(module, name), op.tuple(op.text('id')), op.reduce];
    const alone = await expectDiagnostic(() => open(call), 'weights-foreign-object');
    expect(alone.message).toContain(`${module}.${name}`.replace(' OrderedDict.', '.OrderedDict '));
    const file = await open(op.dict([op.text('model'), array({})], [op.text('args'), call]));
    expect([...file.tensors.keys()]).toEqual(['model.a']);
  });

  test('a name put together through the memo is refused too', async () => {
    const work = () =>
      open(
        op.text('posix'),
        op.put(0),
        op.text('system'),
        op.put(700),
        op.tuple2,
        op.get(0),
        op.get(700),
        op.stackGlobal,
      );
    await expectDiagnostic(work, 'weights-pickle-global');
  });

  test('a static DenseTensor (eval) gets a hint of its own', async () => {
    const work = () => open(op.global('builtins', 'eval'));
    const { hint } = await expectDiagnostic(work, 'weights-pickle-global');
    expect(hint).toContain('static Paddle');
  });

  test.each([
    [
      'encode with another encoding',
      [op.global('_codecs', 'encode'), op.tuple(op.text('a'), op.text('utf-8')), op.reduce],
    ],
    ['a dtype of nothing', [op.global('numpy', 'dtype'), op.emptyTuple, op.reduce]],
    [
      'a tensor of numbers',
      [op.global('torch._utils', '_rebuild_tensor'), op.tuple(op.int(1)), op.reduce],
    ],
    [
      'an OrderedDict of arguments',
      [op.global('collections', 'OrderedDict'), op.tuple(op.emptyList), op.reduce],
    ],
    [
      'a call of a class that is only named',
      [op.global('numpy', 'ndarray'), op.emptyTuple, op.reduce],
    ],
    ['a call of a number', [op.int(1), op.emptyTuple, op.reduce]],
    ['arguments that are no tuple', [op.global('numpy', 'dtype'), op.emptyList, op.reduce]],
    ['a state for a number', [op.int(1), op.emptyDict, op.build]],
    ['a state for a tuple', [op.emptyTuple, op.emptyDict, op.build]],
    ['a state for a list', [op.emptyList, op.emptyDict, op.build]],
    ['a global whose name is a number', [op.int(1), op.text('x'), op.stackGlobal]],
  ] satisfies readonly (readonly [
    string,
    readonly Part[],
  ])[])('%s is malformed', async (_, parts) => {
    await expectDiagnostic(() => open(...parts), 'weights-pickle-malformed');
  });

  test.each([
    ['EXT1', [0x82, 1]],
    ['EXT2', [0x83, 1, 0]],
    ['EXT4', [0x84, 1, 0, 0, 0]],
    ['PERSID', [0x50]],
    ['DUP', [0x32]],
    ['NEXT_BUFFER', [0x97]],
    ['READONLY_BUFFER', [0x98]],
    ['INT', [0x49]],
    ['UNICODE', [0x56]],
    ['GET', [0x67]],
    ['0xff', [0xff]],
  ])('opcode %s is refused by name', async (name, bytes) => {
    const work = () => open(op.emptyDict, bytes);
    const diagnostic = await expectDiagnostic(work, 'weights-pickle-opcode');
    expect(diagnostic.message).toContain(`${name} at byte 3`);
  });

  test.each([
    ['NEWOBJ', [op.global('collections', 'OrderedDict'), op.emptyTuple, op.newObject]],
    ['NEWOBJ_EX', [op.global('collections', 'OrderedDict'), op.emptyTuple, op.emptyDict, [0x92]]],
    ['OBJ', [op.mark, op.global('collections', 'OrderedDict'), [0x6f]]],
    ['INST', [op.mark, [0x69], Buffer.from('collections\nOrderedDict\n')]],
    ['BINPERSID', [op.tuple(op.text('storage')), op.persistentId]],
  ] satisfies readonly (readonly [
    string,
    readonly Part[],
  ])[])('opcode %s is refused by name where it makes no blank', async (name, parts) => {
    const { message } = await expectDiagnostic(() => open(...parts), 'weights-pickle-opcode');
    expect(message).toContain(`the pickle opcode ${name} at byte`);
  });

  test('the example of weights-pickle-opcode makes that mistake', async () => {
    // pickle.dump(…, protocol=5, buffer_callback=…): the array asks for bytes that are in no file.
    const { example } = messages['weights-pickle-opcode'];
    expect(example).toContain('buffer_callback');
    const asked = op.dict([op.text('a'), [[0x97], [0x98]]]);
    const work = () => openPdparams(memorySource(pickle(5, asked)));
    expect((await expectDiagnostic(work, 'weights-pickle-opcode')).message).toContain(
      'NEXT_BUFFER',
    );
  });

  test('NEWOBJ is refused but for what is kept as a blank', async () => {
    const object = (module: string, name: string): Part => [
      op.global(module, name),
      op.emptyTuple,
      op.newObject,
    ];
    await expectDiagnostic(
      () => open(object('collections', 'OrderedDict')),
      'weights-pickle-opcode',
    );
    const checkpoint = op.dict(
      [
        op.text('args'),
        [object('argparse', 'Namespace'), op.dict([op.text('lr'), op.float(0.1)]), op.build],
      ],
      [op.text('model'), array({})],
    );
    const file = await open(checkpoint);
    expect([...file.tensors.keys()]).toEqual(['model.a']);
  });

  test('a persistent id in a file without storages is refused', async () => {
    await expectDiagnostic(
      () => open(op.tuple(op.text('storage')), op.persistentId),
      'weights-pickle-opcode',
    );
  });
});

describe('a pickle that contradicts itself', () => {
  const cases: readonly (readonly [string, DiagnosticCode, readonly Part[]])[] = [
    [
      'items for a tuple',
      'weights-pickle-malformed',
      [op.emptyTuple, op.mark, op.text('a'), op.none, op.setItems],
    ],
    [
      'an odd number of items',
      'weights-pickle-malformed',
      [op.emptyDict, op.mark, op.text('a'), op.setItems],
    ],
    [
      'a key that is a list',
      'weights-pickle-malformed',
      [op.emptyDict, op.mark, op.emptyList, op.none, op.setItems],
    ],
    [
      'a key that is a dict',
      'weights-pickle-malformed',
      [op.emptyDict, op.emptyDict, op.none, op.setItem],
    ],
    [
      'a tensor under a number',
      'weights-no-state-dict',
      [op.dict([op.int(1), arrayParts({ shape: [1], data: fourBytes })])],
    ],
    [
      'a key twice',
      'weights-pickle-malformed',
      [op.dict([op.text('a'), op.none], [op.text('b'), op.none], [op.text('a'), op.none])],
    ],
    [
      'a key twice, written differently',
      'weights-pickle-malformed',
      [op.dict([op.text('a'), op.none], [op.shortString('a'), op.none])],
    ],
    [
      'a number twice as a key, once as a float',
      'weights-pickle-malformed',
      [op.dict([op.int(1), op.none], [op.float(1), op.none])],
    ],
    ['no values', 'weights-pickle-malformed', []],
    ['two values at the end', 'weights-pickle-malformed', [op.none, op.none]],
    ['an open group at the end', 'weights-pickle-malformed', [op.emptyDict, op.mark]],
    ['a group that was not begun', 'weights-pickle-malformed', [op.emptyDict, op.setItems]],
    [
      'operands behind a mark',
      'weights-pickle-malformed',
      [op.emptyDict, op.text('a'), op.mark, op.none, op.setItem],
    ],
    ['an empty stack', 'weights-pickle-malformed', [op.tuple1]],
    ['something never remembered', 'weights-pickle-malformed', [op.get(3)]],
    ['text that is no UTF-8', 'weights-pickle-malformed', [[0x8c, 2, 0xc3, 0x28]]],
    ['a list at the top', 'weights-no-state-dict', [op.emptyList]],
    ['an empty dict', 'weights-no-state-dict', [op.emptyDict]],
    ['a dict of numbers', 'weights-no-state-dict', [op.dict([op.text('epoch'), op.int(3)])]],
    [
      'slices of a cut array',
      'weights-split-parameters',
      [
        op.dict(
          [op.text('a@@.0'), arrayParts({ shape: [1], data: fourBytes })],
          [op.text('UnpackBigParamInfor@@'), op.emptyDict],
        ),
      ],
    ],
  ];
  test.each(cases)('%s: %s', async (_, code, parts) => {
    await expectDiagnostic(() => open(...parts), code);
  });

  test('bytes after the end', async () => {
    const bytes = bytesOfParts(pickle(4, array({})), [0]);
    const work = () => openPdparams(memorySource(bytes));
    expect((await expectDiagnostic(work, 'weights-pickle-malformed')).message).toContain(
      '1 bytes after',
    );
  });

  test('no end', async () => {
    const bytes = bytesOfParts(op.proto(4), array({}));
    await expectDiagnostic(() => openPdparams(memorySource(bytes)), 'weights-truncated');
  });

  test.each([
    ['BINBYTES8 of 2⁶³', [[0x8e], u64(2n ** 63n)]],
    ['BINBYTES of 4 GiB', [[0x42], u32(0xffffffff)]],
    ['BINUNICODE8', [[0x8d], u64(2n ** 40n)]],
    ['BINUNICODE', [[0x58], u32(0x7fffffff)]],
    ['BINSTRING', [[0x54], u32(0x7fffffff)]],
    ['LONG1', [0x8a, 255, 1]],
  ] satisfies readonly (readonly [
    string,
    Part,
  ])[])('a length beyond the file: %s', async (_, part) => {
    await expectDiagnostic(() => open(part), 'weights-truncated');
  });
});

describe('arrays that lie', () => {
  const cases: readonly (readonly [
    string,
    DiagnosticCode,
    Partial<Parameters<typeof arrayParts>[0]>,
  ])[] = [
    ['less data than the shape needs', 'weights-tensor-malformed', { shape: [2] }],
    ['more data than the shape needs', 'weights-tensor-malformed', { shape: [0] }],
    ['a negative dimension', 'weights-tensor-malformed', { shape: [-1] }],
    ['two negative dimensions', 'weights-tensor-malformed', { shape: [-1, -1] }],
    ['nine dimensions', 'weights-tensor-malformed', { shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] }],
    ['a product beyond 2⁵³', 'weights-tensor-too-large', { shape: [2 ** 30, 2 ** 30, 2 ** 30] }],
    ['a shape of gigabytes', 'weights-tensor-too-large', { shape: [2 ** 30] }],
    ['objects', 'weights-no-state-dict', { code: 'O8' }],
    ['records', 'weights-no-state-dict', { code: 'V4' }],
    ['text', 'weights-no-state-dict', { code: 'U1' }],
    ['complex numbers', 'weights-tensor-type', { code: 'c8', data: op.bytes(new Uint8Array(8)) }],
    ['half of a complex number', 'weights-tensor-malformed', { code: 'c8' }],
    ['a type named like a property', 'weights-tensor-type', { code: 'constructor' }],
    ['an unknown byte order', 'weights-pickle-malformed', { byteOrder: '!' }],
    ['no byte order', 'weights-pickle-malformed', { byteOrder: '' }],
    ['data that is a list', 'weights-pickle-malformed', { data: op.emptyList }],
    ['data that is a number', 'weights-pickle-malformed', { data: op.int(1) }],
    ['data that is a short text', 'weights-pickle-malformed', { data: op.text('abcd') }],
    [
      'data that is a long text',
      'weights-pickle-malformed',
      { shape: [100], data: op.text('a'.repeat(400)) },
    ],
    ['a dimension that is a float', 'weights-pickle-malformed', { dimensions: [op.float(1)] }],
  ];
  test.each(cases)('%s: %s', async (_, code, over) => {
    await expectDiagnostic(() => openAsFor(code, () => open(array(over))), code);
  });

  test.each([
    [op.float(1), 'a float as a dimension, which is an integer'],
    [op.true, 'a boolean as a dimension, which is an integer'],
    // 2⁶², −2⁶² and a number of 40 digits.
    [op.long(0, 0, 0, 0, 0, 0, 0, 0x40), "4611686018427387904 as a dimension, beyond any tensor's"],
    [
      op.long(0, 0, 0, 0, 0, 0, 0, 0xc0),
      "-4611686018427387904 as a dimension, beyond any tensor's",
    ],
    [op.long(...new Array(250).fill(1)), '…'],
  ] satisfies readonly (readonly [
    Part,
    string,
  ])[])('a shape says what is wrong with it: %#', async (dimension, reason) => {
    const { message } = await expectDiagnostic(
      () => open(array({ dimensions: [dimension] })),
      'weights-pickle-malformed',
    );
    expect(message).toContain(reason);
    expect(message.length).toBeLessThan(300);
  });

  test('short data as a string of Python 2', async () => {
    const file = await open(array({ data: op.shortString('\0\0\x80?') }));
    expect(float32View(await tensorBytes(file.tensors.get('a')))).toEqual(Float32Array.of(1));
  });

  test('a code point beyond latin-1 among bytes', async () => {
    const encode = (text: string): Part => [
      op.global('_codecs', 'encode'),
      op.tuple(op.text(text), op.text('latin1')),
      op.reduce,
    ];
    await expectDiagnostic(
      () => open(array({ data: encode('abc\u0100') })),
      'weights-pickle-malformed',
    );
    const long = `${'a'.repeat(399)}\u0100`;
    const file = await open(array({ shape: [100], data: encode(long) }));
    await expectDiagnostic(
      async () => tensorBytes(file.tensors.get('a')),
      'weights-pickle-malformed',
    );
  });

  test('text of another length than the shape needs', async () => {
    const bytes = Uint8Array.from({ length: 400 }, (_, i) => i);
    const file = await open(array({ shape: [120], data: latin1Parts(bytes) }));
    await expectDiagnostic(
      async () => tensorBytes(file.tensors.get('a')),
      'weights-pickle-malformed',
    );
    await expectDiagnostic(
      () => open(array({ shape: [300], data: latin1Parts(bytes) })),
      'weights-tensor-malformed',
    );
  });
});

describe('files made to use up memory or time', () => {
  test('marks in marks', async () => {
    const work = () => open(Array.from({ length: 200 }, () => op.mark));
    await expectDiagnostic(work, 'weights-pickle-limit');
  });

  test('opcodes without end', async () => {
    const bytes = new Uint8Array(1_200_000).fill(0x4e);
    bytes.set([0x80, 4]);
    await expectDiagnostic(() => openPdparams(memorySource(bytes)), 'weights-pickle-limit');
  });

  test('tuples that double at each step are shared, not copied', async () => {
    const doubling = Array.from({ length: 100 }, (_, i): Part => [op.put(i), op.get(i), op.tuple2]);
    await expectDiagnostic(() => open(op.emptyTuple, doubling), 'weights-no-state-dict');
  });

  test('a dict that holds itself under many keys', async () => {
    const keys = Array.from({ length: 2000 }, (_, i) => [op.text(`k${i}`), op.get(0)]);
    const work = () => open(op.emptyDict, op.put(0), op.mark, keys, op.setItems);
    await expectDiagnostic(work, 'weights-no-state-dict');
  });

  test('a tuple nested 100,000 deep', async () => {
    const work = () =>
      open(
        op.emptyTuple,
        Array.from({ length: 100_000 }, () => op.tuple1),
      );
    await expectDiagnostic(work, 'weights-no-state-dict');
  });

  test('a file of many gigabytes is not read through', async () => {
    const start = bytesOfParts(op.proto(4), [0x8e], u64(2 ** 40));
    await expectDiagnostic(
      () => openWeights(sparseSource(start, 2 ** 41)),
      'weights-pickle-opcode',
    );
  });
});
