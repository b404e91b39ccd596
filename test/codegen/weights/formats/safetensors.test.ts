import { describe, expect, test } from 'vitest';
import { readAll } from '../../../../codegen/tensors/tensor-source.ts';
import { openSafetensors } from '../../../../codegen/weights/formats/safetensors.ts';
import type { DiagnosticCode } from '../../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource } from '../../../helpers/byte-sources.ts';
import { bytesOfParts, u64 } from '../../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../../helpers/tensors.ts';
import { openAsFor } from '../../../helpers/unreadable.ts';
import { safetensorsOf } from '../../../helpers/weight-files.ts';

const open = (header: string, dataBytes: number) =>
  openSafetensors(memorySource(safetensorsOf(header, new Uint8Array(dataBytes))));

const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const a = entry('F32', '[2]', '[0,8]');
const b = entry('F32', '[1]', '[8,12]');

describe('safetensors', () => {
  test('tensors are read in the order of their bytes, metadata is none', async () => {
    const file = await open(`{"__metadata__":{"a":"b"},"late":${b},"early":${a}}`, 12);
    expect([...file.tensors.keys()]).toEqual(['early', 'late']);
  });

  test('a name may be anything, also one that JavaScript gives a meaning', async () => {
    const file = await open(`{"__proto__":${a},"constructor\\u0000":${b}}`, 12);
    expect([...file.tensors.keys()]).toEqual(['__proto__', 'constructor\u0000']);
  });

  test.each([
    'F64',
    'F32',
    'F16',
    'BF16',
    'I64',
    'I32',
    'I16',
    'I8',
    'U8',
    'BOOL',
  ])('%s', async (dtype) => {
    const size = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I16: 2 }[dtype] ?? 1;
    const file = await open(`{"x":${entry(dtype, '[3]', `[0,${3 * size}]`)}}`, 3 * size);
    expect(await tensorBytes(file.tensors.get('x'))).toHaveLength(3 * size);
  });

  test('metadata may be long, hold quotes and look like tensors', async () => {
    const text = JSON.stringify(`{"a":{} \\"${'x'.repeat(1_000_000)}`);
    const file = await open(`{"__metadata__":{"a":${text},"b":"c:"} ,\n"a" \t :${a}}`, 8);
    expect([...file.tensors.keys()]).toEqual(['a']);
  });

  const cases: readonly (readonly [string, DiagnosticCode, string, number])[] = [
    ['no JSON', 'weights-safetensors-malformed', '{"a":', 0],
    ['an array', 'weights-safetensors-malformed', '{"a":1}'.replace('{"a":1}', '[]'), 0],
    ['JSON nested without end', 'weights-safetensors-malformed', `{"a":${'['.repeat(200_000)}`, 0],
    ['a name twice', 'weights-safetensors-malformed', `{"a":${a},"a":${a}}`, 8],
    [
      'a name twice, written differently',
      'weights-safetensors-malformed',
      `{"a":${a},"\\u0061":${a}}`,
      8,
    ],
    ['an entry that is no object', 'weights-safetensors-malformed', '{"a":3}', 0],
    ['an entry that is null', 'weights-safetensors-malformed', '{"a":null}', 0],
    ['no shape', 'weights-safetensors-malformed', '{"a":{"dtype":"F32","data_offsets":[0,8]}}', 8],
    [
      'a negative dimension',
      'weights-safetensors-malformed',
      `{"a":${entry('F32', '[-2]', '[0,8]')}}`,
      8,
    ],
    [
      'a broken dimension',
      'weights-safetensors-malformed',
      `{"a":${entry('F32', '[1.5]', '[0,6]')}}`,
      6,
    ],
    [
      'offsets that do not fit the shape',
      'weights-tensor-malformed',
      `{"a":${entry('F32', '[2]', '[0,12]')}}`,
      12,
    ],
    [
      'offsets the wrong way round',
      'weights-tensor-malformed',
      `{"a":${entry('F32', '[2]', '[8,0]')}}`,
      8,
    ],
    [
      'a part of an entry twice',
      'weights-safetensors-malformed',
      `{"a":${a.replace('{', '{"dtype":"F16",')}}`,
      8,
    ],
    [
      'three offsets',
      'weights-safetensors-malformed',
      `{"a":${entry('F32', '[2]', '[0,8,8]')}}`,
      8,
    ],
    ['one offset', 'weights-safetensors-malformed', `{"a":${entry('F32', '[2]', '[8]')}}`, 8],
    [
      'a product beyond every file',
      'weights-tensor-too-large',
      `{"a":${entry('F32', '[4294967296,4294967296,4294967296]', '[0,8]')}}`,
      8,
    ],
    [
      'a hole',
      'weights-safetensors-malformed',
      `{"a":${a},"b":${entry('F32', '[1]', '[12,16]')}}`,
      16,
    ],
    ['a hole at the start', 'weights-safetensors-malformed', `{"b":${b}}`, 12],
    [
      'an overlap',
      'weights-safetensors-malformed',
      `{"a":${a},"b":${entry('F32', '[1]', '[4,8]')}}`,
      8,
    ],
    ['bytes after the last tensor', 'weights-safetensors-malformed', `{"a":${a}}`, 9],
    ['data that ends early', 'weights-truncated', `{"a":${a},"b":${b}}`, 10],
    [
      'a type that rcc does not read',
      'weights-tensor-type',
      `{"a":${entry('F8_E4M3', '[8]', '[0,8]')}}`,
      8,
    ],
    [
      'a type named like a property',
      'weights-tensor-type',
      `{"a":${entry('constructor', '[8]', '[0,8]')}}`,
      8,
    ],
    ['no tensor', 'weights-no-state-dict', '{"__metadata__":{}}', 0],
  ];
  test.each(cases)('%s: %s', async (_, code, header, dataBytes) => {
    await expectDiagnostic(() => openAsFor(code, () => open(header, dataBytes)), code);
  });

  test.each([
    [
      `{"a":${entry('F32', '[4611686018427387904]', '[0,8]')}}`,
      "the shape of 'a' is [4611686018427388000], not a list of sizes",
    ],
    [
      `{"a":${entry('F32', '[2]', '[0,8,8]')}}`,
      "the data_offsets of 'a' is [0,8,8], not a list of two offsets",
    ],
    ['{"a":{"dtype":"F32","data_offsets":[0,8]}}', "the shape of 'a' is missing"],
    ['{"a":{"dtype":7}}', "the dtype of 'a' is 7, not the name of a type"],
    [`{"a":${a},"a":${a}}`, 'its header has "a" twice'],
    [`{"a\\"b":${a},"a\\"b":${a}}`, 'its header has "a\\"b" twice'],
    [`{"a":${a},"a" :${a}}`, 'its header has "a" twice'],
    [`{"a" \n\t:${a},"a":${a}}`, 'its header has "a" twice'],
    ['null', 'its header is no JSON object.'],
    ['3', 'its header is no JSON object.'],
    ['"abc"', 'its header is no JSON object.'],
    ['[]', 'its header is no JSON object.'],
    ['{"a":', 'its header is no JSON.'],
    [`{"a":${entry('F32', '[2,-1]', '[0,8]')}}`, "the shape of 'a' is [2,-1], not a list of sizes"],
    [`{"b":${b}}`, "'b' begins at 8, the one before it ends at 0"],
    [
      `{"a":${a},"b":${entry('F32', '[1]', '[4,8]')}}`,
      "'b' begins at 4, the one before it ends at 8",
    ],
    [`{"a":${entry('F32', '[1]', '[0,4]')}}`, '4 bytes after the last tensor'],
  ])('%s: it says what is wrong', async (header, reason) => {
    const { message } = await expectDiagnostic(
      () => open(header, 8),
      'weights-safetensors-malformed',
    );
    expect(message).toContain(reason);
  });

  test.each([
    [
      'weights-tensor-type',
      entry('F8_E4M3', '[8]', '[0,8]'),
      "'a' in 'memory.bin' has the type safetensors F8_E4M3",
    ],
    [
      'weights-tensor-malformed',
      entry('F32', '[1, 3]', '[0,8]'),
      'shape [1, 3] needs 12 bytes, its offsets are [0, 8]',
    ],
  ] as const)('%s: tensor and numbers are named', async (code, one, reason) => {
    const { message } = await expectDiagnostic(
      () => openAsFor(code, () => open(`{"a":${one}}`, 8)),
      code,
    );
    expect(message).toContain(reason);
  });

  test.each([
    'F8_E4M3',
    'F8_E8M0',
    'U8',
    'X',
  ])('%s: eight bytes leave the others as they are', async (dtype) => {
    const { tensors } = await open(`{"a":${entry(dtype, '[8]', '[0,8]')},"b":${b}}`, 12);
    const other = tensors.get('b');
    expect(tensors.get('a')?.shape).toEqual([8]);
    expect(other && (await readAll(other))).toHaveLength(4);
  });

  test.each([
    ['F8_E5M2', '[7]', '[0,8]'],
    ['F4', '[8]', '[0,8]'],
    ['C64', '[2]', '[0,8]'],
    ['U16', '[8]', '[0,8]'],
    ['X', '[8]', '[8,0]'],
    ['F8_E5M2', '[8]', '[1,9]'],
  ])('%s %s at %s is damage, whoever wants it', async (...one) => {
    const work = () => open(`{"a":${entry(...one)}}`, 8);
    await expect(work()).rejects.toThrow(/^weights-(tensor|safetensors)-malformed/);
  });

  test('a file without tensors', async () => {
    const { message } = await expectDiagnostic(() => open('{}', 0), 'weights-no-state-dict');
    expect(message).toContain('but no tensor.');
  });

  test('a name that is no UTF-8', async () => {
    const bytes = safetensorsOf(`{"?":${a}}`, new Uint8Array(8));
    bytes[10] = 0xff;
    const work = () => openSafetensors(memorySource(bytes));
    const { message } = await expectDiagnostic(work, 'weights-safetensors-malformed');
    expect(message).toContain('its header is no JSON.');
  });

  test('values that are equal are no names', async () => {
    const file = await open(`{"__metadata__":{"x":"same","y":"same"},"a":${a}}`, 8);
    expect([...file.tensors.keys()]).toEqual(['a']);
  });

  test.each([
    ['before', ['none', 'b']],
    ['behind', ['b', 'none']],
  ] as const)('an empty tensor may stand %s the one that begins where it does', async (_, order) => {
    const entries = { a, b, none: entry('F32', '[0]', '[8,8]') };
    const header = ['a', ...order].map((name) => `"${name}":${entries[name as 'a']}`).join();
    const file = await open(`{${header}}`, 12);
    expect(await tensorBytes(file.tensors.get('none'))).toHaveLength(0);
    expect(await tensorBytes(file.tensors.get('b'))).toHaveLength(4);
  });

  test('a header of 4 MiB, and a byte more', async () => {
    const header = (length: number) =>
      bytesOfParts(
        u64(length),
        new TextEncoder().encode(`{"a":${a}}`.padEnd(length)),
        new Uint8Array(8),
      );
    expect((await openSafetensors(memorySource(header(4_194_304)))).tensors.size).toBe(1);
    const work = () => openSafetensors(memorySource(header(4_194_305)));
    const { message } = await expectDiagnostic(work, 'weights-safetensors-malformed');
    expect(message).toContain('a header of 4194305 bytes');
  });

  test('a header longer than the file', async () => {
    const bytes = bytesOfParts(u64(1000), new TextEncoder().encode('{"a":1}'));
    await expectDiagnostic(() => openSafetensors(memorySource(bytes)), 'weights-truncated');
  });

  test('a header longer than the format allows', async () => {
    const bytes = bytesOfParts(u64(2 ** 40), new TextEncoder().encode('{"a":1}'));
    await expectDiagnostic(
      () => openSafetensors(memorySource(bytes)),
      'weights-safetensors-malformed',
    );
  });
});
