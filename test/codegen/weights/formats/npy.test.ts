import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataType } from '../../../../codegen/ir/types.ts';
import { dataTypes, elementCount } from '../../../../codegen/ir/types.ts';
import { encodeNpy, parseNpyHeader, readNpy } from '../../../../codegen/weights/formats/npy.ts';
import { numpyCodeOf } from '../../../../codegen/weights/formats/numpy-type.ts';
import { openWeights } from '../../../../codegen/weights/open-weights.ts';
import type { DiagnosticCode } from '../../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource } from '../../../helpers/byte-sources.ts';
import { bytesOfParts, u16, u32 } from '../../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../../helpers/tensors.ts';
import { openAsFor } from '../../../helpers/unreadable.ts';
import { float32Bytes } from '../../../helpers/weight-files.ts';
import { zip } from '../../../helpers/zip-parts.ts';

const text = (characters: string) => new TextEncoder().encode(characters);

function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const length = version === 1 ? u16(header.length) : u32(header.length);
  return bytesOfParts([0x93], text('NUMPY'), [version, 0], length, text(header), data);
}

const headerOf = (descr: string, order: string, shape: string) =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('npy', () => {
  test('what is encoded is read back', async () => {
    const codes = (Object.keys(dataTypes) as DataType[]).filter(numpyCodeOf);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codes),
        fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
        fc.nat({ max: 255 }),
        async (dataType, shape, fill) => {
          const sizeBytes = elementCount(shape) * dataTypes[dataType].sizeBytes;
          const bytes = Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + fill) % 256);
          const encoded = encodeNpy({ dataType, shape, bytes });
          expect(await readNpy(memorySource(encoded))).toEqual({ dataType, shape, bytes });
          expect((await parseNpyHeader(memorySource(encoded))).dataOffset % 64).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('column order and big-endian numbers become row order and little-endian', async () => {
    const data = float32Bytes([1, 2, 3, 4, 5, 6]);
    for (let i = 0; i < data.length; i += 4) data.subarray(i, i + 4).reverse();
    const array = await readNpy(memorySource(npy(headerOf("'>f4'", 'True', '(2, 3)'), data)));
    expect(array.bytes).toEqual(float32Bytes([1, 3, 5, 2, 4, 6]));
  });

  test.each([1, 2, 3])('version %d', async (version) => {
    const array = await readNpy(
      memorySource(npy(headerOf("'|u1'", 'False', '(2,)'), Uint8Array.of(7, 8), version)),
    );
    expect(array).toEqual({ dataType: 'uint8', shape: [2], bytes: Uint8Array.of(7, 8) });
  });

  test('a header longer than usual', async () => {
    const header = headerOf("'<f4'", 'False', '(1,)').padEnd(900);
    expect((await readNpy(memorySource(npy(header, float32Bytes([3]))))).shape).toEqual([1]);
  });

  const cases: readonly (readonly [string, DiagnosticCode, Uint8Array])[] = [
    ['nothing', 'npy-malformed', new Uint8Array()],
    ['something else', 'npy-malformed', text('hello world, this is no array')],
    [
      'an unknown version',
      'npy-malformed',
      npy(headerOf("'<f4'", 'False', '(1,)'), float32Bytes([1]), 4),
    ],
    [
      'records',
      'npy-malformed',
      npy(headerOf("[('a', '<f4')]", 'False', '(1,)'), float32Bytes([1])),
    ],
    [
      'no shape',
      'npy-malformed',
      npy("{'descr': '<f4', 'fortran_order': False}\n", new Uint8Array()),
    ],
    ...(
      [
        ['a letter beyond Latin-1', headerOf("'<f4'", 'False', '(1,)').replace('\n', 'é\n')],
        ['a letter before it', `é${headerOf("'<f4'", 'False', '(1,)')}`],
        ['a fourth entry', headerOf("'<f4'", 'False', '(1,)').replace('{', "{'more': 1, ")],
        ['an entry twice', headerOf("'<f4'", 'False', '(1,)').replace('{', "{'descr': '<f8', ")],
        ['something after it', `${headerOf("'<f4'", 'False', '(1,)').trim()} {}\n`],
        ['entries without commas', headerOf("'<f4'", 'False', '(1,)').replace(', ', ' ')],
        ['a dimension beyond every array', headerOf("'<f4'", 'False', '(4611686018427387904,)')],
      ] as const
    ).map(([name, header]) => [name, 'npy-malformed', npy(header, float32Bytes([1]))] as const),
    [
      'a negative size',
      'npy-malformed',
      npy(headerOf("'<f4'", 'False', '(-1,)'), new Uint8Array()),
    ],
    [
      'data that ends early',
      'weights-truncated',
      npy(headerOf("'<f4'", 'False', '(2,)'), float32Bytes([1])),
    ],
    [
      'data after the end',
      'npy-malformed',
      npy(headerOf("'<f4'", 'False', '(1,)'), float32Bytes([1, 2])),
    ],
    ['objects', 'weights-tensor-type', npy(headerOf("'|O'", 'False', '(1,)'), new Uint8Array(8))],
    ['text', 'weights-tensor-type', npy(headerOf("'<U3'", 'False', '(1,)'), new Uint8Array(12))],
    [
      'uint16, which is no input',
      'weights-tensor-type',
      npy(headerOf("'<u2'", 'False', '(1,)'), new Uint8Array(2)),
    ],
    [
      'a shape beyond every file',
      'weights-tensor-too-large',
      npy(headerOf("'<f4'", 'False', '(9999999999, 9999999999)'), new Uint8Array()),
    ],
    [
      'a header beyond the file',
      'weights-truncated',
      bytesOfParts([0x93], text('NUMPY'), [1, 0], u16(9000), text('{    ')),
    ],
    [
      'a header of megabytes',
      'npy-malformed',
      bytesOfParts([0x93], text('NUMPY'), [2, 0], u32(2 ** 30), text('{    ')),
    ],
  ];
  test.each(cases)('%s: %s', async (_, code, bytes) => {
    await expectDiagnostic(() => readNpy(memorySource(bytes)), code);
  });
});

describe('a header', () => {
  const numbers = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const read = (header: string, data = numbers) => readNpy(memorySource(npy(header, data)));

  test.each([
    ['without spaces', "{'descr':'|u1','fortran_order':False,'shape':(2,3)}"],
    [
      'with many',
      "  {  'descr'  :  '|u1'  ,  'fortran_order'  :  False  ,  'shape'  :  (  2  ,  3  ,  )  ,  }  \n",
    ],
    ['in another order', "{'shape': (2, 3), 'fortran_order': False, 'descr': '|u1'}"],
    ['without a mark of the byte order', headerOf("'u1'", 'False', '(2, 3)')],
  ])('%s', async (_, header) => {
    expect(await read(header)).toEqual({ dataType: 'uint8', shape: [2, 3], bytes: numbers });
  });

  const plain = headerOf("'|u1'", 'False', '(6,)').trim();
  const notAnArrays = 'its header is not that of an array';
  test.each([
    ['a letter before it', `x${plain}`, notAnArrays],
    ['a letter behind it', `${plain} x`, notAnArrays],
    [
      'an entry twice and one missing',
      "{'descr': '|u1', 'descr': '|u1', 'shape': (6,)}",
      notAnArrays,
    ],
    ['no shape', "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False}", notAnArrays],
    ['records', headerOf("[('a', '<f4')]", 'False', '(1,)'), 'it holds records, not numbers'],
    ['records, no spaces', "{'descr':[('a','<f4')]}", 'it holds records, not numbers'],
    ['records, many spaces', "{'descr'  :  [('a', '<f4')]}", 'it holds records, not numbers'],
    ['another mark', headerOf("'!f4'", 'False', '(1,)'), 'its header has no element type'],
    [
      'something behind the type',
      headerOf("'<f4!'", 'False', '(1,)'),
      'its header has no element type',
    ],
    ['no type', headerOf("''", 'False', '(1,)'), 'its header has no element type'],
    [
      'a dimension beyond every array',
      headerOf("'|u1'", 'False', '(4611686018427387904,)'),
      "4611686018427387904 is a dimension beyond any array's",
    ],
    ['data after the end', headerOf("'|u1'", 'False', '(2,)'), '4 bytes after the array'],
  ])('%s: it says what is wrong', async (_, header, reason) => {
    const { message } = await expectDiagnostic(() => read(header), 'npy-malformed');
    expect(message).toContain(`array: ${reason}.`);
  });

  test('a type that is none of rcc: array and type are named', async () => {
    const work = () => read(headerOf("'<c8'", 'False', '(1,)'), new Uint8Array(8));
    const { message } = await expectDiagnostic(work, 'weights-tensor-type');
    expect(message).toContain("'the array' in 'memory.bin' has the type numpy c8");
  });

  const start = (major: number, length: readonly number[]) =>
    bytesOfParts([0x93], text('NUMPY'), [major, 0], length);
  test.each([
    ['another mark at the start', text('\x13NUMPX\x01\0v\0{}'), 'it does not begin as a .npy file'],
    ['an end in the header', start(1, [1]), 'it does not begin as a .npy file'],
    ['an end behind two characters', bytesOfParts(start(1, u16(2)), text('{}')), notAnArrays],
    ['version 0', npy(plain, numbers, 0), 'version 0 is not known'],
    ['version 4', npy(plain, numbers, 4), 'version 4 is not known'],
    ['a length of megabytes', start(2, u32(2 ** 30 + 60)), 'a header of 1073741884 bytes'],
    ['a byte more than numpy reads', npy(plain.padEnd(10_001), numbers), 'a header of 10001 bytes'],
  ])('%s', async (_, bytes, reason) => {
    const { message } = await expectDiagnostic(() => readNpy(memorySource(bytes)), 'npy-malformed');
    expect(message).toContain(`array: ${reason}.`);
  });

  test('as long as numpy reads', async () => {
    expect((await read(plain.padEnd(10_000))).shape).toEqual([6]);
  });

  test('is read once, also where the file ends with it', async () => {
    const nothing = headerOf("'|u1'", 'False', '(0,)');
    for (const bytes of [npy(plain, numbers), npy(nothing, new Uint8Array())]) {
      const source = memorySource(bytes);
      await parseNpyHeader(source);
      expect(source.total.reads).toBe(1);
    }
  });

  // What numpy.save writes of numpy 2.3.
  test.each([
    ['uint8', [2], "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }"],
    ['bool', [], "{'descr': '|b1', 'fortran_order': False, 'shape': (), }"],
    ['float32', [2, 3], "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"],
    ['int64', [1, 2, 3], "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2, 3), }"],
  ] as const)('of %s %j is written as numpy does', (dataType, shape, expected) => {
    const bytes = new Uint8Array(elementCount(shape) * dataTypes[dataType].sizeBytes);
    const header = new TextDecoder('latin1').decode(encodeNpy({ dataType, shape, bytes }));
    expect(header.slice(10).split('}')[0]).toBe(expected.slice(0, -1));
  });

  test('bfloat16 is no type of numpy', () => {
    const bytes = new Uint8Array(2);
    expect(() => encodeNpy({ dataType: 'bfloat16', shape: [1], bytes })).toThrow('bfloat16');
  });
});

describe('npz', () => {
  const array = encodeNpy({ dataType: 'float32', shape: [2], bytes: float32Bytes([1, 2]) });

  const open = (entries: Readonly<Record<string, Uint8Array>>) =>
    openWeights(
      memorySource(zip(...Object.entries(entries).map(([path, bytes]) => ({ path, bytes })))),
    );
  const words = npy(headerOf("'<U3'", 'False', '(1,)'), new Uint8Array(12));

  test.each([
    ['text', words],
    ['bytes', npy(headerOf("'|S5'", 'False', '(1,)'), new Uint8Array(5))],
    ['dates', npy(headerOf("'<M8[D]'", 'False', '(1,)'), new Uint8Array(8))],
    ['spans of time', npy(headerOf("'<m8[25us]'", 'False', '(1,)'), new Uint8Array(8))],
  ])('%s beside the tensors: left aside and named', async (_, bytes) => {
    const file = await open({ 'a.npy': array, 'names.npy': bytes, 'more.npy': bytes });
    expect([...file.tensors.keys()]).toEqual(['a']);
    expect(file.notes).toEqual(['Not numbers, left aside: names, more.']);
  });

  test('of much that is left aside eight are named', async () => {
    const texts = Array.from({ length: 9 }, (_, i) => [`t${i}.npy`, words] as const);
    const file = await open({ 'a.npy': array, ...Object.fromEntries(texts) });
    expect(file.notes).toEqual(['Not numbers, left aside: t0, t1, t2, t3, t4, t5, t6, t7.']);
  });

  test('nothing is said of float32', async () => {
    expect(await open({ 'a.npy': array })).toMatchObject({ format: 'npz', notes: [] });
  });

  test('uint16 is bfloat16, and that is said', async () => {
    const half = npy(headerOf("'<u2'", 'False', '(1,)'), Uint8Array.of(0x80, 0x3f));
    const file = await open({ 'a.npy': half, 'b.npy': array });
    expect(file.tensors.get('a')?.dataType).toBe('bfloat16');
    expect(file.notes).toEqual(['Type uint16 is read as bfloat16.']);
  });

  test.each([
    ['text alone', { 'names.npy': words }, 'no tensor'],
    ['nothing', {}, 'a zip without data.pkl or .npy files'],
    [
      'arrays beside something else',
      { 'a.npy': array, 'readme.txt': text('hello') },
      'a zip without data.pkl or .npy files',
    ],
  ])('%s is no state dict', async (_, entries, found) => {
    const { message } = await expectDiagnostic(() => open(entries), 'weights-no-state-dict');
    expect(message).toBe(`'memory.bin' holds no state dict but ${found}.`);
  });

  test('objects are refused where their numbers are wanted', async () => {
    const object = npy(headerOf("'|O'", 'False', '(1,)'), new Uint8Array(8));
    await expectDiagnostic(
      () =>
        openAsFor('weights-tensor-type', () =>
          openWeights(memorySource(zip({ path: 'a.npy', bytes: object }))),
        ),
      'weights-tensor-type',
    );
  });

  test('compressed entries are refused with the way to save without', async () => {
    const work = () => openWeights(memorySource(zip({ path: 'a.npy', bytes: array, method: 8 })));
    expect((await expectDiagnostic(work, 'weights-zip-compressed')).hint).toContain('savez');
  });

  test('a wrong checksum is found when the tensor is read', async () => {
    const bytes = new Uint8Array(4000);
    const long = encodeNpy({ dataType: 'float32', shape: [1000], bytes });
    const archive = zip({ path: 'a.npy', bytes: long, checksum: 1 });
    const file = await openWeights(memorySource(archive));
    await expectDiagnostic(async () => tensorBytes(file.tensors.get('a')), 'weights-zip-checksum');
  });

  test('an array is read once, also in slices, and checked', async () => {
    const bytes = Uint8Array.from({ length: 4_000_000 }, (_, i) => i * 7);
    const long = encodeNpy({ dataType: 'uint8', shape: [40, 100_000], bytes });
    const source = memorySource(zip({ path: 'a.npy', bytes: long }));
    const file = await openWeights(source);
    const { bytes: before } = source.total;
    // Vitest takes a minute to compare four million numbers by itself.
    const read = await tensorBytes(file.tensors.get('a'));
    expect(Buffer.from(bytes).equals(read)).toBe(true);
    // With the local header in the zip.
    expect(source.total.bytes - before).toBeLessThan(long.length + 100);
    const damaged = await openWeights(
      memorySource(zip({ path: 'a.npy', bytes: long, checksum: 1 })),
    );
    await expectDiagnostic(() => tensorBytes(damaged.tensors.get('a')), 'weights-zip-checksum');
  });
});
