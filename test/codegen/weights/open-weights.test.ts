import { describe, expect, test } from 'vitest';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { encodeNpy } from '../../../codegen/weights/formats/npy.ts';
import { openWeights } from '../../../codegen/weights/open-weights.ts';
import type { DiagnosticCode } from '../../../src/diagnostics/messages.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';
import { bytesOfParts, op, pickle, u32, u64 } from '../../helpers/pickle-parts.ts';
import { tensorBytes } from '../../helpers/tensors.ts';
import { encoders, float32Bytes, smallTensors, type Tensors } from '../../helpers/weight-files.ts';
import { zip } from '../../helpers/zip-parts.ts';

const text = (characters: string) => new TextEncoder().encode(characters);

/** A tensor too large for any window, between two small ones. */
const largeTensors: Tensors = [
  ['first', [2], Float32Array.of(1, 2)],
  ['large', [400, 500], Float32Array.from({ length: 200_000 }, (_, i) => i - 1000)],
  ['last', [1], Float32Array.of(3)],
];

describe.each(Object.entries(encoders))('%s', (_, encode) => {
  test('gives every tensor with its shape and values', async () => {
    const file = await openWeights(memorySource(encode(smallTensors)));
    expect([...file.tensors.keys()]).toEqual(smallTensors.map(([name]) => name));
    for (const [name, shape, values] of smallTensors) {
      const tensor = file.tensors.get(name);
      expect(tensor?.shape).toEqual(shape);
      expect(tensor?.dataType).toBe('float32');
      expect(float32View(await tensorBytes(tensor))).toEqual(values);
    }
  });

  test('reads an index and no data until a tensor is wanted', async () => {
    const source = memorySource(encode(largeTensors));
    const file = await openWeights(source);
    expect(source.total.bytes).toBeLessThan(300_000);
    const large = await tensorBytes(file.tensors.get('large'));
    expect(large?.length).toBe(800_000);
    expect(float32View(large ?? new Uint8Array())[199_999]).toBe(198_999);
  });

  test('gives bytes that the caller may change', async () => {
    const file = await openWeights(memorySource(encode(smallTensors)));
    const tensor = file.tensors.get('layer.weight');
    (await tensorBytes(tensor))?.fill(0);
    expect(float32View(await tensorBytes(tensor))[1]).toBe(-2);
  });

  test('a file cut short anywhere is a diagnostic', async () => {
    const whole = encode(smallTensors);
    for (let length = 0; length < whole.length; length += 7) {
      const source = memorySource(whole.subarray(0, length));
      await expect(openWeights(source), `cut at ${length}`).rejects.toThrow(/^(weights|npy)-/);
    }
  });
});

describe('the format is recognised by content', () => {
  const tar = new Uint8Array(1024);
  tar.set(text('ustar'), 257);
  const cases: readonly (readonly [string, DiagnosticCode, Uint8Array])[] = [
    ['an empty file', 'weights-empty', new Uint8Array()],
    [
      'a Git LFS pointer',
      'weights-lfs-pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n'),
    ],
    ['a web page', 'weights-web-page', text('\n<!DOCTYPE html><html><body>404</body></html>')],
    ['a web page without doctype', 'weights-web-page', text('<HTML><head></head></HTML>')],
    ['gzip', 'weights-compressed', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)],
    ['zstd', 'weights-compressed', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 4, 0, 0)],
    ['tar', 'weights-tar', tar],
    ['HDF5', 'weights-hdf5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10)],
    ['an ONNX model', 'weights-onnx', bytesOfParts([8, 8, 0x12, 7], text('pytorch'), [0x3a, 0])],
    [
      'one array',
      'weights-single-array',
      encodeNpy({ dataType: 'float32', shape: [1], bytes: float32Bytes([1]) }),
    ],
    [
      'a static Paddle file',
      'weights-pdiparams',
      bytesOfParts(new Uint8Array(16), u32(6), [8, 5, 0x10, 64, 0x10, 3], new Uint8Array(64)),
    ],
    ['a text pickle', 'weights-pickle-protocol', text("cposix\nsystem\n(S'id'\ntR.")],
    ['a text pickle of a dict', 'weights-pickle-protocol', text("(dp0\nS'a'\np1\nI1\ns.")],
    [
      'pickle protocol 1',
      'weights-pickle-protocol',
      bytesOfParts(op.proto(1), op.emptyDict, op.stop),
    ],
    ['a picture', 'weights-format-unknown', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0x10)],
    ['one byte', 'weights-format-unknown', Uint8Array.of(0)],
    ['zeros', 'weights-format-unknown', new Uint8Array(600)],
    [
      'a zip of something else',
      'weights-no-state-dict',
      zip({ path: 'readme.txt', bytes: text('hello') }),
    ],
  ];
  test.each(cases)('%s: %s', async (_, code, bytes) => {
    const diagnostic = await expectDiagnostic(
      () => openWeights(memorySource(bytes, 'given.pth')),
      code,
    );
    expect(diagnostic.message).toContain('given.pth');
    expect(diagnostic.hint).toBeTruthy();
  });

  test('a safetensors file whose length begins like another format is read all the same', async () => {
    // 0x0280 begins like a pickle of protocol 2, 0x8b1f like gzip.
    for (const length of [0x280, 0x8b1f + 1 - 8]) {
      const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(length);
      const bytes = bytesOfParts(u64(length), text(header), float32Bytes([5]));
      const file = await openWeights(memorySource(bytes));
      expect(file.format).toBe('safetensors');
    }
  });

  test('names from a file cannot reach the terminal as commands', async () => {
    const bytes = pickle(2, op.global('os.evil\u001b[2J', 'x'));
    const diagnostic = await expectDiagnostic(
      () => openWeights(memorySource(bytes)),
      'weights-pickle-global',
    );
    expect(diagnostic.message).toContain('\\u{1b}[2J');
    expect(diagnostic.message).not.toContain('\u001b');
  });
});

describe('a command in a hint is for the file that was given', () => {
  const name = `my "best" $& $' model.bin`;
  const quoted = `"my \\"best\\" $& $' model.bin"`;

  test.each<[string, DiagnosticCode, Uint8Array, string]>([
    [
      'compressed',
      'weights-compressed',
      Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3),
      `gzip -dc ${quoted} > weights`,
    ],
    [
      'of joblib',
      'weights-other-format',
      pickle(4, op.global('joblib.numpy_pickle', 'NumpyArrayWrapper')),
      `joblib.load(${quoted})`,
    ],
  ])('%s', async (_, code, bytes, command) => {
    const work = () => openWeights(memorySource(bytes, name));
    const { hint } = await expectDiagnostic(work, code);
    expect(hint).toContain(command);
  });
});
