import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../codegen/onnx/bytes.ts';
import { type WireField, WireReader } from '../../../codegen/onnx/wire.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';

async function allFields(reader: WireReader, start: number, end: number) {
  const fields: WireField[] = [];
  for await (const run of reader.runs(start, end)) fields.push(...run);
  return fields;
}

async function fieldsOf(bytes: readonly number[], start = 0, end = bytes.length) {
  return await allFields(new WireReader(memorySource(Uint8Array.from(bytes))), start, end);
}

describe('WireReader', () => {
  it('gives fields of each wire type with their places', async () => {
    const bytes = [
      // Field 1, varint 300.
      ...[0x08, 0xac, 0x02],
      // Field 2, eight bytes.
      ...[0x11, 1, 2, 3, 4, 5, 6, 7, 8],
      // Field 3, three bytes with a length.
      ...[0x1a, 3, 9, 9, 9],
      // Field 20, four bytes, a tag of two bytes.
      ...[0xa5, 0x01, 1, 2, 3, 4],
      // Field 4, no bytes.
      ...[0x22, 0],
    ];
    expect(await fieldsOf(bytes)).toEqual([
      { field: 1, wireType: 0, start: 0, offset: 3, end: 3, varint: 300 },
      { field: 2, wireType: 1, start: 3, offset: 4, end: 12, varint: 0 },
      { field: 3, wireType: 2, start: 12, offset: 14, end: 17, varint: 3 },
      { field: 20, wireType: 5, start: 17, offset: 19, end: 23, varint: 0 },
      { field: 4, wireType: 2, start: 23, offset: 25, end: 25, varint: 0 },
    ]);
  });

  it('stays within its part of the file', async () => {
    const bytes = [0xff, 0x08, 0x07, 0x10, 0x05, 0xff];
    expect((await fieldsOf(bytes, 1, 5)).map(({ field, varint }) => [field, varint])).toEqual([
      [1, 7],
      [2, 5],
    ]);
    expect(await fieldsOf(bytes, 3, 3)).toEqual([]);
  });

  it('reads varints of up to ten bytes, the last bit of 64 as a sign', async () => {
    const [field] = await fieldsOf([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(field?.varint).toBe(2 ** 53 - 1);
    const [long] = await fieldsOf([0x08, ...Array.from({ length: 9 }, () => 0x80), 0x01]);
    expect(long?.varint).toBe(-(2 ** 63));
  });

  it('steps over what is long without reading it', async () => {
    const length = 200_000;
    const bytes = new Uint8Array(length + 7);
    bytes.set([0x0a, 0xc0, 0x9a, 0x0c]);
    bytes.set([0x10, 0x2a], length + 4);
    const file = memorySource(bytes.subarray(0, length + 6));
    const [long, last, ...more] = await allFields(new WireReader(file), 0, file.sizeBytes);
    expect(long).toMatchObject({ offset: 4, end: length + 4 });
    expect(last).toMatchObject({ field: 2, varint: 42 });
    expect(more).toEqual([]);
    expect(file.total).toEqual({ reads: 2, bytes: 65_536 + 2, largest: 65_536 });
  });

  it('gives all fields that are in memory in one run, and reads nothing twice', async () => {
    const fields = Array.from({ length: 50 }, (_, i) => [0x08, i]).flat();
    const bytes = new Uint8Array(150_000);
    bytes.set([...fields, 0x12, 0x88, 0x93, 0x09]);
    const source = memorySource(bytes);
    const reader = new WireReader(source);
    const runsOf = async (start: number, end: number, most = 1) => {
      const lengths: number[] = [];
      for await (const run of reader.runs(start, end)) {
        lengths.push(run.length);
        if (lengths.length === most) break;
      }
      return lengths;
    };
    expect(await runsOf(0, bytes.length)).toEqual([51]);
    expect(await runsOf(0, 100)).toEqual([50]);
    expect(await runsOf(98, 100)).toEqual([1]);
    expect(await runsOf(10, bytes.length)).toEqual([46]);
    expect(source.total.reads).toBe(1);
  });

  it('reads what lies behind in the file and before it, in any order', async () => {
    const bytes = new Uint8Array(300_000).map((_, i) =>
      i % 2 === 0 ? 0x08 : Math.floor(i / 5000),
    );
    const source = memorySource(bytes);
    const reader = new WireReader(source);
    for (const start of [0, 200_000, 100, 299_000, 150_000]) {
      const found = await allFields(reader, start, start + 100);
      expect(found.map(({ varint }) => varint)).toEqual(
        Array.from({ length: 50 }, (_, i) => Math.floor((start + 2 * i + 1) / 5000)),
      );
    }
    expect(source.total.reads).toBe(5);
    const all = memorySource(bytes);
    expect(await allFields(new WireReader(all), 0, bytes.length)).toHaveLength(150_000);
    expect(all.total.reads).toBe(Math.ceil(300_000 / 65_536));
  });

  it.each(
    Array.from({ length: 18 }, (_, i) => i),
  )('reads a head that begins %i bytes before the end of what is in memory', async (before) => {
    const first = 65_536 - before - 4;
    // The longest tag, and a length of 3 in ten bytes.
    const head = [0xfa, 0xff, 0xff, 0xff, 0x0f, 0x83, ...Array(8).fill(0x80), 0];
    const size = [(first % 128) + 128, (Math.floor(first / 128) % 128) + 128, first >> 14];
    const bytes = Uint8Array.from([0x0a, ...size, ...new Uint8Array(first), ...head, 7, 7, 7]);
    const [, last] = await fieldsOf([...bytes]);
    expect(last).toMatchObject({ field: 2 ** 29 - 1, offset: bytes.length - 3, end: bytes.length });
  });

  it.each([
    ['a field 0', [0x00, 0x01]],
    ['a field beyond 29 bits', [0x80, 0x80, 0x80, 0x80, 0x10, 1]],
    ['a length below 0', [0x0a, ...Array(9).fill(0xff), 1]],
    ['groups, wire type 3', [0x0b]],
    ['wire type 4', [0x0c]],
    ['wire type 6', [0x0e, 1]],
    ['wire type 7', [0x0f, 1]],
    ['a tag without a value', [0x08]],
    ['a varint that does not end', [0x08, 0x80, 0x80]],
    ['a varint of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0x80), 1]],
    ['a length beyond the end', [0x0a, 2, 1]],
    ['eight bytes beyond the end', [0x09, 1, 2, 3, 4, 5, 6, 7]],
    ['four bytes beyond the end', [0x0d, 1, 2, 3]],
  ])('%s is no message', async (_, bytes) => {
    const { message } = await expectDiagnostic(
      () => fieldsOf([0x08, 0xac, 0x02, ...bytes]),
      'onnx-malformed',
    );
    expect(message).toContain('memory.bin');
    expect(message).toContain('at offset 3');
  });
});

it('concatBytes puts arrays one behind another', () => {
  const parts = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
  expect([...concatBytes(parts)]).toEqual([1, 2, 3]);
  expect([...concatBytes([])]).toEqual([]);
});
