import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataType } from '../../../../codegen/ir/types.ts';
import { dataTypes, elementCount } from '../../../../codegen/ir/types.ts';
import { encodeNpy, parseNpyHeader, readNpy } from '../../../../codegen/weights/formats/npy.ts';
import { openWeights } from '../../../../codegen/weights/open-weights.ts';
import type { DiagnosticCode } from '../../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource } from '../../../helpers/byte-sources.ts';
import { bytesOfParts, u16, u32 } from '../../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../../helpers/tensors.ts';
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
    const codes = (Object.keys(dataTypes) as DataType[]).filter((type) => type !== 'bfloat16');
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

describe('npz', () => {
  const array = encodeNpy({ dataType: 'float32', shape: [2], bytes: float32Bytes([1, 2]) });

  test('text beside the tensors is left aside and named', async () => {
    const names = npy(headerOf("'<U3'", 'False', '(1,)'), new Uint8Array(12));
    const file = await openWeights(
      memorySource(zip({ path: 'a.npy', bytes: array }, { path: 'names.npy', bytes: names })),
    );
    expect([...file.tensors.keys()]).toEqual(['a']);
    expect(file.notes.join()).toContain('names');
  });

  test('uint16 is bfloat16', async () => {
    const half = npy(headerOf("'<u2'", 'False', '(1,)'), Uint8Array.of(0x80, 0x3f));
    const file = await openWeights(memorySource(zip({ path: 'a.npy', bytes: half })));
    expect(file.tensors.get('a')?.dataType).toBe('bfloat16');
  });

  test('objects are refused', async () => {
    const object = npy(headerOf("'|O'", 'False', '(1,)'), new Uint8Array(8));
    await expectDiagnostic(
      () => openWeights(memorySource(zip({ path: 'a.npy', bytes: object }))),
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
