import { describe, expect, test } from 'vitest';
import { float32View } from '../../../../codegen/tensors/float-bytes.ts';
import { openPdparams } from '../../../../codegen/weights/formats/pdparams.ts';
import type { WeightsFile } from '../../../../codegen/weights/weights-file.ts';
import type { DiagnosticCode } from '../../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource } from '../../../helpers/byte-sources.ts';
import {
  arrayParts,
  bytesOfParts,
  latin1Parts,
  op,
  type Part,
  pickle,
  u64,
} from '../../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../../helpers/tensors.ts';
import { openAsFor } from '../../../helpers/unreadable.ts';
import { float32Bytes, legacyHead, legacyKeys } from '../../../helpers/weight-files.ts';

const open = (...parts: readonly Part[]): Promise<WeightsFile> =>
  openPdparams(memorySource(pickle(2, ...parts)));

async function valuesOf(file: WeightsFile, name = 'a'): Promise<number[]> {
  return [...float32View(await tensorBytes(file.tensors.get(name)))];
}

const hundred = Array.from({ length: 100 }, (_, i) => i / 7);

describe('pdparams', () => {
  test('strings of Python 2 are names where they are short and data where they are long', async () => {
    const short = String.fromCharCode(...float32Bytes([1.5, -2]));
    const file = await open(
      op.dict(
        [op.shortString('a'), arrayParts({ shape: [2], data: op.shortString(short) })],
        [op.shortString('b'), arrayParts({ shape: [100], data: op.string(float32Bytes(hundred)) })],
      ),
    );
    expect(await valuesOf(file)).toEqual([1.5, -2]);
    expect(await valuesOf(file, 'b')).toEqual(hundred.map(Math.fround));
  });

  test('every byte survives being text', async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7 + (i >> 8)) % 256);
    const file = await open(
      op.dict([op.text('a'), arrayParts({ shape: [1024], data: latin1Parts(bytes) })]),
    );
    expect(await tensorBytes(file.tensors.get('a'))).toEqual(bytes);
    expect(file.notes.join()).toContain('protocol 2');
  });

  test('column order and the other byte order are turned around', async () => {
    const swapped = float32Bytes([1, 2, 3, 4, 5, 6]);
    for (let i = 0; i < swapped.length; i += 4) swapped.subarray(i, i + 4).reverse();
    const array = { shape: [2, 3], byteOrder: '>', isColumnMajor: true, data: op.bytes(swapped) };
    const file = await open(op.dict([op.text('a'), arrayParts(array)]));
    expect(await valuesOf(file)).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test('a tensor below the top is a pair of its parameter name and the array', async () => {
    const array = arrayParts({ shape: [1], data: op.bytes(float32Bytes([3])) });
    const pair: Part = [
      op.global('__builtin__', 'tuple'),
      op.tuple(op.tuple(op.text('linear_0.b_0'), array)),
      op.reduce,
    ];
    const file = await open(op.dict([op.text('model'), op.dict([op.text('a'), pair])]));
    expect(float32View(await tensorBytes(file.tensors.get('model.a')))).toEqual(Float32Array.of(3));
  });

  test('uint16 is bfloat16, and that is said', async () => {
    const array = arrayParts({ code: 'u2', shape: [1], data: op.bytes(Uint8Array.of(0x80, 0x3f)) });
    const plain = arrayParts({ shape: [1], data: op.bytes(float32Bytes([1])) });
    for (const entries of [
      [[op.text('a'), array]],
      [
        [op.text('a'), array],
        [op.text('b'), plain],
      ],
    ] as const) {
      const file = await open(op.dict(...entries));
      expect(file.tensors.get('a')?.dataType).toBe('bfloat16');
      expect(file.notes).toEqual(['Type uint16 is read as bfloat16.']);
    }
  });

  test('one tensor written as text is enough for the note on protocol 2', async () => {
    const bytes = arrayParts({ shape: [1], data: op.bytes(float32Bytes([1])) });
    const written = arrayParts({ shape: [100], data: latin1Parts(float32Bytes(hundred)) });
    const note =
      'Pickle protocol 2 writes tensors as text; protocol 4 is smaller and faster to read.';
    expect((await open(op.dict([op.text('a'), bytes], [op.text('b'), written]))).notes).toEqual([
      note,
    ]);
    expect(await open(op.dict([op.text('a'), bytes]))).toMatchObject({
      name: 'memory.bin',
      format: 'pdparams',
      notes: [],
    });
  });

  test('bytes are read in slices, text is read whole', async () => {
    const numbers = new Uint8Array(1 << 21);
    const source = memorySource(
      pickle(
        4,
        op.dict([op.text('a'), arrayParts({ shape: [1 << 9, 1 << 10], data: op.bytes(numbers) })]),
      ),
    );
    const file = await openPdparams(source);
    expect(await tensorBytes(file.tensors.get('a'))).toHaveLength(1 << 21);
    expect(source.total.largest).toBeLessThanOrEqual(1 << 19);
  });

  describe('a tensor whose storage is a file of torch in the pickle', () => {
    const typed = op.tuple(
      op.text('storage'),
      op.global('torch', 'FloatStorage'),
      ...[op.text('0'), op.text('cpu'), op.int(2), op.none],
    );
    const storage = bytesOfParts(
      legacyHead,
      pickle(2, typed, op.persistentId),
      legacyKeys('0'),
      ...[u64(2), float32Bytes([1.5, -2])],
    );
    const load = (bytes: Part): Part => [
      op.global('torch.storage', '_load_from_bytes'),
      op.tuple(bytes),
      op.reduce,
    ];
    const tensor = (stored: Part, offset: number): Part => [
      op.global('torch._utils', '_rebuild_tensor_v2'),
      op.tuple(stored, op.int(offset), op.tuple(op.int(1)), op.tuple(op.int(1))),
      op.reduce,
    ];
    const bytes: Part = [op.bytes(storage), op.put(1)];
    /** The first of many tensors brings the storage along, the others name it. */
    const shared: Readonly<Record<string, (at: number) => Part>> = {
      'the same storage': (at) => (at === 0 ? [load(bytes), op.put(0)] : op.get(0)),
      'a storage of the same bytes': (at) => load(at === 0 ? bytes : op.get(1)),
    };

    test.each(Object.entries(shared))('is read once for all of %s', async (_, stored) => {
      const readsFor = async (count: number) => {
        const entries = Array.from({ length: count }, (__, at): [Part, Part] => [
          op.text(`t${at}`),
          tensor(stored(at), at % 2),
        ]);
        const bytes = pickle(2, op.dict(...entries));
        const source = memorySource(bytes);
        const file = await openPdparams(source);
        const { total } = source;
        // The pickle itself is read in larger pieces.
        const read = total.bytes - bytes.length;
        expect(await valuesOf(file, `t${count - 1}`)).toEqual([(count - 1) % 2 === 0 ? 1.5 : -2]);
        return read;
      };
      expect(await readsFor(300)).toBeLessThanOrEqual((await readsFor(1)) + 4096);
    });

    test('is another where the bytes are others', async () => {
      const other = storage.slice();
      other.set(float32Bytes([7, 8]), other.length - 8);
      const file = await open(
        op.dict(
          [op.text('a'), tensor(load(op.bytes(storage)), 0)],
          [op.text('b'), tensor(load(op.bytes(other)), 0)],
        ),
      );
      expect(await valuesOf(file, 'a')).toEqual([1.5]);
      expect(await valuesOf(file, 'b')).toEqual([7]);
    });
  });

  test.each([
    [
      'weights-tensor-malformed',
      [
        op.global('numpy._core.multiarray', '_reconstruct'),
        op.tuple(
          op.global('numpy', 'ndarray'),
          op.tuple(op.int(0)),
          op.shortBytes(Uint8Array.of(98)),
        ),
        op.reduce,
      ],
      "'a' in 'memory.bin' is damaged: an array without content",
    ],
    [
      'weights-tensor-type',
      arrayParts({ code: 'c8', shape: [1], data: op.bytes(new Uint8Array(8)) }),
      "'a' in 'memory.bin' has the type numpy c8",
    ],
    [
      'weights-tensor-malformed',
      arrayParts({ shape: [2, 3], data: op.bytes(new Uint8Array(20)) }),
      'shape [2, 3] needs 24 bytes, the file has 20',
    ],
  ] satisfies readonly (readonly [
    DiagnosticCode,
    Part,
    string,
  ])[])('%s: tensor and numbers are named', async (code, array, reason) => {
    const { message } = await expectDiagnostic(
      () => openAsFor(code, () => open(op.dict([op.text('a'), array]))),
      code,
    );
    expect(message).toContain(reason);
  });
});
