import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../../../codegen/weights/formats/safetensors.ts';
import type { DiagnosticCode } from '../../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource } from '../../../helpers/byte-sources.ts';
import { bytesOfParts, u64 } from '../../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../../helpers/tensors.ts';
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
    await expectDiagnostic(() => open(header, dataBytes), code);
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
  ])('%s: it says what is wrong', async (header, reason) => {
    const { message } = await expectDiagnostic(
      () => open(header, 8),
      'weights-safetensors-malformed',
    );
    expect(message).toContain(reason);
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
