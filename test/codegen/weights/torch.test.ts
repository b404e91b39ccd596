import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../codegen/tensors/byte-source.ts';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { openZip } from '../../../codegen/weights/formats/zip-archive.ts';
import { openWeights } from '../../../codegen/weights/open-weights.ts';
import type { DiagnosticCode } from '../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';
import {
  arrayParts,
  bytesOfParts,
  op,
  type Part,
  pickle,
  type TensorParts,
  tensorParts,
  u64,
} from '../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../helpers/tensors.ts';
import { openAsFor } from '../../helpers/unreadable.ts';
import { float32Bytes, legacyHead, legacyKeys } from '../../helpers/weight-files.ts';
import { type ZipPart, zip } from '../../helpers/zip-parts.ts';

const text = (characters: string) => new TextEncoder().encode(characters);
const twelve = float32Bytes(Array.from({ length: 12 }, (_, i) => i));
const wholeStorage: TensorParts = { key: '0', storageSize: 12, shape: [12], strides: [1] };

function archive(root: Part, ...more: readonly ZipPart[]): Uint8Array {
  return zip(
    { path: 'm/data.pkl', bytes: pickle(2, root) },
    { path: 'm/data/0', bytes: twelve },
    ...more,
  );
}

function oneTensor(over: Partial<TensorParts>): Part {
  return op.dict([op.text('a'), tensorParts({ ...wholeStorage, ...over })]);
}

async function valuesOf(bytes: Uint8Array, name = 'a'): Promise<number[]> {
  const file = await openWeights(memorySource(bytes));
  return [...float32View(await tensorBytes(file.tensors.get(name)))];
}

describe('views of a storage', () => {
  const views: readonly (readonly [string, Partial<TensorParts>, readonly number[]])[] = [
    ['the whole', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['an offset', { offset: 10, shape: [2] }, [10, 11]],
    ['a transpose', { shape: [4, 3], strides: [1, 4] }, [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
    ['every other row', { shape: [2, 2], strides: [4, 1], offset: 2 }, [2, 3, 6, 7]],
    [
      'channels last',
      { shape: [1, 3, 2, 2], strides: [12, 1, 6, 3] },
      [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11],
    ],
    ['a stride of 0', { shape: [2, 3], strides: [1, 0], offset: 5 }, [5, 5, 5, 6, 6, 6]],
    ['a scalar', { shape: [], strides: [], offset: 7 }, [7]],
    ['a scalar in strides', { shape: [1, 1], strides: [99, 99], offset: 3 }, [3]],
    ['nothing', { shape: [0, 3], strides: [3, 1] }, []],
  ];
  test.each(views)('%s', async (_, over, expected) => {
    expect(await valuesOf(archive(oneTensor(over)))).toEqual(expected);
  });

  test('many tensors may share one storage', async () => {
    const root = op.dict(
      [op.text('a'), tensorParts({ ...wholeStorage, shape: [2], offset: 1 })],
      [op.text('b'), tensorParts({ ...wholeStorage, shape: [2], offset: 2 })],
    );
    expect(await valuesOf(archive(root), 'b')).toEqual([2, 3]);
  });

  const lies: readonly (readonly [string, DiagnosticCode, Partial<TensorParts>])[] = [
    ['an end behind the storage', 'weights-tensor-malformed', { shape: [13] }],
    ['an offset behind the storage', 'weights-tensor-malformed', { shape: [1], offset: 12 }],
    [
      'strides that leave the storage',
      'weights-tensor-malformed',
      { shape: [2, 2], strides: [11, 1] },
    ],
    ['a negative stride', 'weights-tensor-malformed', { shape: [2], strides: [-1], offset: 5 }],
    ['a negative offset', 'weights-tensor-malformed', { shape: [1], offset: -1 }],
    ['fewer strides than dimensions', 'weights-tensor-malformed', { shape: [2, 2], strides: [1] }],
    [
      'a stride of 0 that makes a gigabyte',
      'weights-tensor-too-large',
      { shape: [2 ** 20, 200], strides: [0, 0] },
    ],
    [
      'a storage of a float of elements',
      'weights-pickle-malformed',
      { storageCount: op.float(12) },
    ],
    [
      'a storage of a broken number of elements',
      'weights-pickle-malformed',
      { storageCount: op.float(11.5) },
    ],
    ['a storage of another size', 'weights-zip-malformed', { storageSize: 11, shape: [1] }],
    ['a storage that is not there', 'weights-zip-malformed', { key: '1', shape: [1] }],
    [
      'a storage outside of its folder',
      'weights-zip-malformed',
      { key: '../data.pkl', shape: [1] },
    ],
    ['a storage of another type', 'weights-zip-malformed', { storage: 'HalfStorage', shape: [1] }],
  ];
  test.each(lies)('%s: %s', async (_, code, over) => {
    await expectDiagnostic(() => openWeights(memorySource(archive(oneTensor(over)))), code);
  });
});

describe('what torch.save puts around tensors', () => {
  test('a Parameter is its tensor', async () => {
    const parameter: Part = [
      op.global('torch._utils', '_rebuild_parameter'),
      op.tuple(tensorParts(wholeStorage), op.true, [
        op.global('collections', 'OrderedDict'),
        op.emptyTuple,
        op.reduce,
      ]),
      op.reduce,
    ];
    const values = await valuesOf(archive(op.dict([op.text('a'), parameter])));
    expect(values).toHaveLength(12);
  });

  const untyped = (size: number, dtype = 'float32'): Part =>
    op.dict([
      op.text('a'),
      [
        op.global('torch._utils', '_rebuild_tensor_v3'),
        op.tuple(
          [
            op.tuple(
              op.text('storage'),
              op.global('torch.storage', 'UntypedStorage'),
              op.text('0'),
              op.text('cpu'),
              op.int(size),
            ),
            op.persistentId,
          ],
          op.int(2),
          op.tuple(op.int(3)),
          op.tuple(op.int(1)),
          op.false,
          op.none,
          op.global('torch', dtype),
        ),
        op.reduce,
      ],
    ]);

  test('an untyped storage counts bytes, the tensor has the type', async () => {
    expect(await valuesOf(archive(untyped(48)))).toEqual([2, 3, 4]);
  });

  test('a storage that is no whole number of elements', async () => {
    const bytes = zip(
      { path: 'm/data.pkl', bytes: pickle(2, untyped(46)) },
      { path: 'm/data/0', bytes: twelve.subarray(0, 46) },
    );
    const work = () => openWeights(memorySource(bytes));
    const { message } = await expectDiagnostic(work, 'weights-tensor-malformed');
    expect(message).toContain('a storage of 46 bytes, which are no whole number of float32');
  });

  test('a dtype that rcc does not read is named', async () => {
    const work = () =>
      openAsFor('weights-tensor-type', () =>
        openWeights(memorySource(archive(untyped(48, 'float8_e4m3fn')))),
      );
    const { message } = await expectDiagnostic(work, 'weights-tensor-type');
    expect(message).toContain("'a' in 'memory.bin' has the type torch.float8_e4m3fn");
  });

  test('a numpy array among tensors is one', async () => {
    const numbers = arrayParts({ shape: [2], data: op.bytes(float32Bytes([5, -6])) });
    const root = op.dict([op.text('a'), tensorParts(wholeStorage)], [op.text('b'), numbers]);
    expect(await valuesOf(archive(root), 'b')).toEqual([5, -6]);
    expect(await valuesOf(archive(root), 'a')).toHaveLength(12);
  });

  describe('a persistent id that is no storage', () => {
    const storage = op.global('torch', 'FloatStorage');
    const opened = (...items: readonly Part[]) => {
      const root = op.dict([op.text('a'), [op.tuple(...items), op.persistentId]]);
      return openWeights(memorySource(archive(root)));
    };
    test.each([
      ['another tag', [op.text('thing'), storage, op.text('0'), op.text('cpu'), op.int(12)]],
      ['a number as key', [op.text('storage'), storage, op.int(0), op.text('cpu'), op.int(12)]],
      ['no class', [op.text('storage'), op.text('f'), op.text('0'), op.text('cpu'), op.int(12)]],
      [
        'a class that is no storage',
        [
          op.text('storage'),
          op.global('numpy', 'ndarray'),
          op.text('0'),
          op.text('cpu'),
          op.int(12),
        ],
      ],
      ['nothing', []],
    ])('%s', async (_, items) => {
      const { message } = await expectDiagnostic(
        () => opened(...items),
        'weights-pickle-malformed',
      );
      expect(message).toContain('a persistent id that is no storage');
    });
  });

  test.each([
    ['a boolean', op.true],
    ['a float', op.float(12)],
    ['an integer', op.int(-1)],
    ['a huge integer', op.long(0, 0, 0, 0, 0, 0, 0, 0x40)],
    ['nothing', op.none],
  ])('a storage whose size is %s', async (what, storageCount) => {
    const work = () => openWeights(memorySource(archive(oneTensor({ storageCount }))));
    const { message } = await expectDiagnostic(work, 'weights-pickle-malformed');
    expect(message).toContain(`a storage whose size is ${what} (byte`);
  });

  test('a storage may be empty', async () => {
    const empty: TensorParts = { key: '0', storageSize: 0, shape: [0], strides: [1] };
    const bytes = zip(
      { path: 'm/data.pkl', bytes: pickle(2, op.dict([op.text('a'), tensorParts(empty)])) },
      { path: 'm/data/0', bytes: new Uint8Array() },
    );
    expect(await valuesOf(bytes)).toEqual([]);
  });

  test('a storage that one tensor takes whole is read once', async () => {
    const numbers = 1 << 20;
    const whole: TensorParts = {
      key: '0',
      storageSize: numbers,
      shape: [1 << 10, 1 << 10],
      strides: [1 << 10, 1],
    };
    const source = memorySource(
      zip(
        { path: 'm/data.pkl', bytes: pickle(2, op.dict([op.text('a'), tensorParts(whole)])) },
        { path: 'm/data/0', bytes: new Uint8Array(4 * numbers) },
      ),
    );
    const { tensors } = await openWeights(source);
    await tensorBytes(tensors.get('a'));
    expect(source.total.bytes).toBeLessThan(4.4 * numbers);
  });

  test('a type that rcc does not read is named', async () => {
    const root = oneTensor({ storage: 'ComplexFloatStorage', storageSize: 6, shape: [6] });
    const work = () =>
      openAsFor('weights-tensor-type', () => openWeights(memorySource(archive(root))));
    await expectDiagnostic(work, 'weights-tensor-type');
    const outside = oneTensor({ storage: 'ComplexFloatStorage', storageSize: 6, shape: [7] });
    await expectDiagnostic(
      () => openWeights(memorySource(archive(outside))),
      'weights-tensor-malformed',
    );
  });

  test('metrics, arguments and schedules of a training script are left aside', async () => {
    const scalar: Part = [
      op.global('numpy._core.multiarray', 'scalar'),
      op.tuple(
        [op.global('numpy', 'dtype'), op.tuple(op.text('f8'), op.false, op.true), op.reduce],
        [
          op.global('_codecs', 'encode'),
          op.tuple(op.text('\u0000@'), op.text('latin1')),
          op.reduce,
        ],
      ),
      op.reduce,
    ];
    const counter: Part = [
      op.global('collections', 'Counter'),
      op.tuple(op.dict([op.int(30), op.int(1)])),
      op.reduce,
    ];
    const root = op.dict(
      [op.text('best_acc1'), scalar],
      [op.text('scheduler'), op.dict([op.text('milestones'), counter])],
      [op.text('history'), [op.emptyList, op.mark, op.float(0.5), op.none, op.appends]],
      [op.text('step'), op.long(0, 0, 0, 0, 0, 0, 0, 0, 1)],
      [op.text('state_dict'), oneTensor({})],
    );
    const file = await openWeights(memorySource(archive(root)));
    expect([...file.tensors.keys()]).toEqual(['state_dict.a']);
  });

  test('_metadata is no tensor', async () => {
    const dict: Part = [
      [op.global('collections', 'OrderedDict'), op.emptyTuple, op.reduce],
      op.mark,
      [op.text('a'), tensorParts(wholeStorage)],
      op.setItems,
      op.dict([
        op.text('_metadata'),
        op.dict([op.text(''), op.dict([op.text('version'), op.int(1)])]),
      ]),
      op.build,
    ];
    const file = await openWeights(memorySource(archive(dict)));
    expect([...file.tensors.keys()]).toEqual(['a']);
  });

  test.each([
    'state_dict',
    'weights_of_someone',
  ])('weights under %s, beside a metric that is a tensor', async (key) => {
    const metric = tensorParts({ ...wholeStorage, shape: [], strides: [] });
    const root = op.dict(
      [op.text('epoch'), op.int(12)],
      [op.text('best_acc1'), metric],
      [
        op.text('optimizer'),
        op.dict([
          op.text('state'),
          op.dict([op.int(0), op.dict([op.text('momentum_buffer'), tensorParts(wholeStorage)])]),
        ]),
      ],
      [op.text(key), oneTensor({})],
    );
    const file = await openWeights(memorySource(archive(root)));
    expect([...file.tensors.keys()]).toEqual(['best_acc1', `${key}.a`]);
  });

  test('numbers of the other byte order are turned around', async () => {
    const swapped = twelve.slice();
    for (let i = 0; i < swapped.length; i += 4) swapped.subarray(i, i + 4).reverse();
    const bytes = zip(
      { path: 'm/data.pkl', bytes: pickle(2, oneTensor({ shape: [3, 4], strides: [4, 1] })) },
      { path: 'm/data/0', bytes: swapped },
      { path: 'm/byteorder', bytes: text('big') },
    );
    expect(await valuesOf(bytes)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('archives that are refused', () => {
  const pkl: ZipPart = { path: 'm/data.pkl', bytes: pickle(2, oneTensor({})) };
  const data: ZipPart = { path: 'm/data/0', bytes: twelve };
  const cases: readonly (readonly [string, DiagnosticCode, readonly ZipPart[]])[] = [
    [
      'TorchScript',
      'weights-torchscript',
      [pkl, { path: 'm/constants.pkl', bytes: pickle(2, op.emptyTuple) }],
    ],
    [
      'TorchScript by its code',
      'weights-torchscript',
      [pkl, { path: 'm/code/__torch__.py', bytes: text('') }],
    ],
    ['two pickles', 'weights-zip-malformed', [pkl, data, { ...pkl, path: 'n/data.pkl' }]],
    ['a name twice', 'weights-zip-malformed', [pkl, data, data]],
    ['a compressed entry', 'weights-zip-compressed', [pkl, { ...data, method: 8 }]],
    ['an encrypted entry', 'weights-zip-malformed', [pkl, { ...data, flags: 1 }]],
    ['an entry behind the end', 'weights-zip-malformed', [pkl, { ...data, size: 100_000 }]],
    ['entries at one place', 'weights-zip-malformed', [pkl, { ...data, headerOffset: 0 }]],
    [
      'a path that climbs',
      'weights-zip-malformed',
      [pkl, data, { path: '../../etc/passwd', bytes: text('x') }],
    ],
    ['a pickle with a wrong checksum', 'weights-zip-checksum', [{ ...pkl, checksum: 1 }, data]],
  ];
  test.each(cases)('%s: %s', async (_, code, parts) => {
    await expectDiagnostic(() => openWeights(memorySource(zip(...parts))), code);
  });

  test.each([
    ['two pickles', [pkl, data, { ...pkl, path: 'n/data.pkl' }], 'more than one data.pkl'],
    ['no storage', [pkl], "'m/data/0' is missing"],
    [
      'a storage of another size',
      [pkl, { ...data, bytes: twelve.subarray(4) }],
      "'m/data/0' has 44 bytes, its tensors say 48",
    ],
  ] as const)('%s: it says what is wrong', async (_, parts, reason) => {
    const work = () => openWeights(memorySource(zip(...parts)));
    const { message } = await expectDiagnostic(work, 'weights-zip-malformed');
    expect(message).toContain(`archive: ${reason}.`);
  });

  test.each([
    'm/constants.pkl.txt',
    'm/extra/constants.pkl',
    'm/extra/code/a.py',
    'm/barcode/a.py',
  ])('%s makes no TorchScript of it', async (path) => {
    const file = await openWeights(memorySource(zip(pkl, data, { path, bytes: text('x') })));
    expect(file.format).toBe('torch-zip');
  });

  test.each(['', 'a/b/'])('a state dict may lie in the folder %j', async (folder) => {
    const parts = [
      { ...pkl, path: `${folder}data.pkl` },
      { ...data, path: `${folder}data/0` },
    ];
    expect(await valuesOf(zip(...parts))).toHaveLength(12);
  });

  test('TorchScript in a folder with a longer name', async () => {
    const parts = ['model/data.pkl', 'model/constants.pkl'].map((path) => ({ ...pkl, path }));
    await expectDiagnostic(() => openWeights(memorySource(zip(...parts))), 'weights-torchscript');
  });

  test('a storage with a wrong checksum is found when it is read', async () => {
    const file = await openWeights(memorySource(zip(pkl, { ...data, checksum: 7 })));
    const { message } = await expectDiagnostic(
      async () => tensorBytes(file.tensors.get('a')),
      'weights-zip-checksum',
    );
    expect(message).toContain('m/data/0');
  });

  test('a storage with a wrong checksum is found at the end of its rows', async () => {
    const file = await openWeights(memorySource(zip(pkl, { ...data, checksum: 7 })));
    const rows = file.tensors.get('a')?.rows()[Symbol.asyncIterator]();
    const readOn = async () => {
      while (!(await rows?.next())?.done);
    };
    await expectDiagnostic(readOn, 'weights-zip-checksum');
  });

  describe('a part of a storage with a flipped bit', () => {
    const parts: readonly (readonly [string, Partial<TensorParts>])[] = [
      ['from its start', { shape: [2] }],
      ['its middle', { offset: 5, shape: [2] }],
      ['its end', { offset: 10, shape: [2] }],
      ['one number', { shape: [], strides: [], offset: 11 }],
      ['every other row', { shape: [2, 2], strides: [4, 1] }],
      [
        'a view of another number of elements',
        { view: op.tuple(op.text('v'), op.int(2), op.int(3)), shape: [3] },
      ],
    ];
    test.each(parts)('%s is refused', async (_, over) => {
      const bytes = zip(
        { path: 'm/data.pkl', bytes: pickle(2, oneTensor(over)) },
        { ...data, checksum: 7 },
      );
      await expectDiagnostic(() => valuesOf(bytes), 'weights-zip-checksum');
    });

    describe('in a storage that many share', () => {
      const numbers = 1 << 20;
      const names = Array.from({ length: 50 }, (_, i) => `t${i}`);
      const part = { ...wholeStorage, storageSize: numbers, shape: [8] };
      const root = op.dict(
        ...names.map(
          (name, i) => [op.text(name), tensorParts({ ...part, offset: 8 * i })] as const,
        ),
      );
      const sourceOf = (over: Partial<ZipPart>) =>
        memorySource(
          zip(
            { path: 'm/data.pkl', bytes: pickle(2, root) },
            { path: 'm/data/0', bytes: new Uint8Array(4 * numbers), ...over },
          ),
        );
      const readersOf = async (source: ByteSource) => {
        const { tensors } = await openWeights(source);
        return names.map((name) => () => tensorBytes(tensors.get(name)));
      };

      test('costs one pass over it', async () => {
        const source = sourceOf({});
        const readers = await readersOf(source);
        expect(await Promise.all(readers.map((read) => read()))).toHaveLength(50);
        expect(source.total.bytes).toBeLessThan(4.4 * numbers);
        expect(source.total.largest).toBeLessThanOrEqual(1 << 20);
      });

      test('is told to each', async () => {
        for (const read of await readersOf(sourceOf({ checksum: 7 })))
          await expectDiagnostic(read, 'weights-zip-checksum');
      });
    });

    test('is found too by a read that leaves out what is before it', async () => {
      const entries = await openZip(memorySource(zip(pkl, { ...data, checksum: 7 })));
      const entry = entries.get('m/data/0');
      expect(await entry?.read(0, 8)).toHaveLength(8);
      await expectDiagnostic(() => entry?.read(12, 4), 'weights-zip-checksum');
    });
  });

  test.each([
    '',
    'Little',
    'little ',
    'bi',
    'middle',
    'x'.repeat(100),
  ])('a byte order of %j', async (order) => {
    const bytes = zip(pkl, data, { path: 'm/byteorder', bytes: text(order) });
    const work = () => openWeights(memorySource(bytes));
    const { message } = await expectDiagnostic(work, 'weights-zip-malformed');
    expect(message).toContain("'m/byteorder' says neither little nor big");
  });

  test('entries without checksums, as torch writes them when told to', async () => {
    const bare = [pkl, data].map((part) => ({ ...part, checksum: 0 }));
    const file = await openWeights(memorySource(zip(...bare)));
    const checked = await openWeights(memorySource(zip(pkl, data)));
    expect(await tensorBytes(file.tensors.get('a'))).toEqual(
      await tensorBytes(checked.tensors.get('a')),
    );
  });

  test('an entry whose local header is none', async () => {
    const bytes = zip(pkl, data);
    const local = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    local.writeUInt32LE(0, local.indexOf('m/data/0') - 30);
    const file = await openWeights(memorySource(bytes));
    await expectDiagnostic(() => tensorBytes(file.tensors.get('a')), 'weights-zip-malformed');
  });

  test('bytes after the pickle', async () => {
    const bytes = bytesOfParts(pkl.bytes, [0, 0]);
    const { message } = await expectDiagnostic(
      () => openWeights(memorySource(zip({ ...pkl, bytes }, data))),
      'weights-pickle-malformed',
    );
    expect(message).toContain(`bytes after its end (byte ${pkl.bytes.length})`);
  });
});

describe('legacy files', () => {
  const entry = (key: string) =>
    [op.text(key), tensorParts({ ...wholeStorage, key, shape: [2], offset: 1 })] as const;
  const object = pickle(2, op.dict(entry('7'), entry('3')));
  const bytesOf = (values: readonly number[]): Part => [u64(values.length), float32Bytes(values)];
  const counted = (base: number) => bytesOf(Array.from({ length: 12 }, (_, i) => base + i));

  test('storages come in the order of their list', async () => {
    const bytes = bytesOfParts(
      legacyHead,
      object,
      legacyKeys('3', '7'),
      counted(100),
      counted(200),
    );
    expect(await valuesOf(bytes, '3')).toEqual([101, 102]);
    expect(await valuesOf(bytes, '7')).toEqual([201, 202]);
  });

  test('a view of a storage starts where it says', async () => {
    const view = op.tuple(op.text('v'), op.int(4), op.int(5));
    const root = pickle(
      2,
      op.dict([op.text('a'), tensorParts({ ...wholeStorage, shape: [2], offset: 1, view })]),
    );
    const bytes = bytesOfParts(legacyHead, root, legacyKeys('0'), counted(0));
    expect(await valuesOf(bytes)).toEqual([5, 6]);
    const outside = op.tuple(op.text('v'), op.int(10), op.int(5));
    const lie = pickle(
      2,
      op.dict([op.text('a'), tensorParts({ ...wholeStorage, shape: [2], view: outside })]),
    );
    const work = () =>
      openWeights(memorySource(bytesOfParts(legacyHead, lie, legacyKeys('0'), counted(0))));
    const { message } = await expectDiagnostic(work, 'weights-tensor-malformed');
    expect(message).toContain('a view that ends outside of its storage');
  });

  test.each([
    ['a view of the end', op.tuple(op.text('v'), op.int(2), op.int(10)), [10, 11]],
    ['no view', op.none, [8, 9]],
  ])('%s', async (_, view, expected) => {
    const part = { ...wholeStorage, shape: [2], offset: 8, view };
    const root = pickle(2, op.dict([op.text('a'), tensorParts(part)]));
    const bytes = bytesOfParts(legacyHead, root, legacyKeys('0'), counted(0));
    expect(await valuesOf(bytes)).toEqual(expected);
    expect((await openWeights(memorySource(bytes))).format).toBe('torch-legacy');
  });

  test('a view that is none', async () => {
    const root = pickle(
      2,
      op.dict([op.text('a'), tensorParts({ ...wholeStorage, view: op.int(3) })]),
    );
    const bytes = bytesOfParts(legacyHead, root, legacyKeys('0'), counted(0));
    const work = () => openWeights(memorySource(bytes));
    const { message } = await expectDiagnostic(work, 'weights-pickle-malformed');
    expect(message).toContain('a storage whose size is nothing');
  });

  test('big-endian numbers are turned around', async () => {
    const head = bytesOfParts(
      legacyHead.subarray(0, 15),
      pickle(2, op.int(1001)),
      pickle(
        2,
        op.dict([op.text('protocol_version'), op.int(1001)], [op.text('little_endian'), op.false]),
      ),
    );
    const root = pickle(
      2,
      op.dict([op.text('a'), tensorParts({ ...wholeStorage, storageSize: 1, shape: [1] })]),
    );
    const one = float32Bytes([1.5]).reverse();
    expect(await valuesOf(bytesOfParts(head, root, legacyKeys('0'), u64(1), one))).toEqual([1.5]);
  });

  const cases: readonly (readonly [string, DiagnosticCode, readonly Part[]])[] = [
    [
      'a storage missing from the list',
      'weights-pickle-malformed',
      [object, legacyKeys('3'), counted(0)],
    ],
    [
      'a storage that nothing names',
      'weights-pickle-malformed',
      [object, legacyKeys('3', '7', '9'), counted(0), counted(0), counted(0)],
    ],
    [
      'a key twice',
      'weights-pickle-malformed',
      [object, legacyKeys('3', '3', '7'), counted(0), counted(0), counted(0)],
    ],
    [
      'a storage of another size',
      'weights-pickle-malformed',
      [object, legacyKeys('3', '7'), bytesOf([1, 2]), counted(0)],
    ],
    [
      'a negative size',
      'weights-pickle-malformed',
      [object, legacyKeys('3', '7'), u64(2n ** 64n - 1n), counted(0)],
    ],
    [
      'bytes after the last storage',
      'weights-pickle-malformed',
      [object, legacyKeys('3', '7'), counted(0), counted(0), [1]],
    ],
    [
      'keys that are no list',
      'weights-pickle-malformed',
      [object, pickle(2, op.none), counted(0), counted(0)],
    ],
    [
      'keys that are no text',
      'weights-pickle-malformed',
      [object, pickle(2, op.emptyList, op.int(1), op.append), counted(0)],
    ],
    [
      'data that ends early',
      'weights-truncated',
      [object, legacyKeys('3', '7'), counted(0), u64(12), [0, 0]],
    ],
  ];
  test.each(cases)('%s: %s', async (_, code, parts) => {
    await expectDiagnostic(() => openWeights(memorySource(bytesOfParts(legacyHead, parts))), code);
  });

  const magic = legacyHead.subarray(0, 15);
  const version = pickle(2, op.int(1001));
  const header = (...entries: readonly (readonly [string, Part])[]) =>
    pickle(2, op.dict(...entries.map(([key, value]) => [op.text(key), value] as const)));
  const rest: readonly Part[] = [object, legacyKeys('3', '7'), counted(0), counted(0)];
  const ofOther = (over: Partial<TensorParts>) => [
    legacyHead,
    pickle(
      2,
      op.dict(
        [op.text('a'), tensorParts(wholeStorage)],
        [op.text('b'), tensorParts({ ...wholeStorage, ...over, shape: [1] })],
      ),
    ),
    legacyKeys('0'),
    counted(0),
  ];
  const unknownHeader = 'a header of an unknown version';
  test.each<readonly [string, readonly Part[], string]>([
    ['another version', [magic, pickle(2, op.int(1000)), rest], 'an unknown version (byte 15)'],
    ['a header that is no dict', [magic, version, pickle(2, op.none), rest], unknownHeader],
    [
      'a header of another version',
      [
        magic,
        version,
        header(['protocol_version', op.int(1000)], ['little_endian', op.true]),
        rest,
      ],
      unknownHeader,
    ],
    [
      'a header without the byte order',
      [magic, version, header(['protocol_version', op.int(1001)]), rest],
      unknownHeader,
    ],
    ['a key for two sizes', ofOther({ storageSize: 11 }), 'two storages of one key'],
    ['a key for two types', ofOther({ storage: 'IntStorage' }), 'two storages of one key'],
    [
      'a storage missing from the list',
      [legacyHead, object, legacyKeys('3'), counted(0)],
      'storage 7 is missing',
    ],
    [
      'a storage that nothing names',
      [legacyHead, object, legacyKeys('3', '9'), counted(0), counted(0)],
      'a storage that nothing names',
    ],
    [
      'a storage of another size',
      [legacyHead, object, legacyKeys('3', '7'), bytesOf([1, 2]), counted(0)],
      'a storage of 2 elements',
    ],
    ['bytes after the last storage', [legacyHead, rest, [1]], 'bytes after the last storage'],
    [
      'keys that are no list',
      [legacyHead, object, pickle(2, op.none), counted(0)],
      'storage keys that are nothing',
    ],
    [
      'keys that are no text',
      [legacyHead, object, pickle(2, op.emptyList, op.int(1), op.append), counted(0)],
      'a storage key that is no text',
    ],
  ])('%s: it says what is wrong', async (_, parts, reason) => {
    const work = () => openWeights(memorySource(bytesOfParts(...parts)));
    const { message } = await expectDiagnostic(work, 'weights-pickle-malformed');
    expect(message).toContain(`pickle: ${reason}`);
  });

  test('one storage under two tensors', async () => {
    const bytes = bytesOfParts(...ofOther({ offset: 4 }));
    expect(await valuesOf(bytes, 'b')).toEqual([4]);
  });
});
