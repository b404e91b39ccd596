import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openWeights } from '../../../codegen/weights/open-weights.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { memorySource } from '../../helpers/byte-sources.ts';
import { tensorBytes } from '../../helpers/tensors.ts';
import { encoders, smallTensors, type Tensors } from '../../helpers/weight-files.ts';

/** What a file of this size may make a reader ask for at once, and in all: no length in a file is believed. */
const largestReadBytes = 1 << 20;

const tensors: Tensors = [
  ...smallTensors,
  ['module.conv1.weight', [4, 3, 2, 2], Float32Array.from({ length: 48 }, (_, i) => i)],
  ['module.large', [30, 40], Float32Array.from({ length: 1200 }, (_, i) => i)],
];

/** Opens and reads everything: it ends well or with a diagnostic; any other error is a crash and is thrown. */
async function openAndRead(bytes: Uint8Array): Promise<void> {
  const source = memorySource(bytes);
  try {
    const file = await openWeights(source);
    for (const tensor of file.tensors.values())
      await tensorBytes(tensor).catch(expectDiagnosticError);
  } catch (error) {
    expectDiagnosticError(error);
  }
  if (source.total.largest > largestReadBytes) {
    throw new Error(`a read of ${source.total.largest} bytes`);
  }
}

function expectDiagnosticError(error: unknown): void {
  if (!(error instanceof DiagnosticError)) throw error;
  const lines = error.diagnostics.flatMap(({ message, hint = '' }) => [message, hint]);
  if (lines.some((line) => line.length > 2000)) throw new Error('a message without bound');
}

/** One change to a file: bytes overwritten, taken out, put in, doubled or cut off. */
interface Change {
  readonly kind: 'overwrite' | 'remove' | 'insert' | 'repeat' | 'cut';
  readonly at: number;
  readonly bytes: Uint8Array;
}

const telling = [
  0, 1, 0x28, 0x2e, 0x52, 0x62, 0x68, 0x71, 0x74, 0x75, 0x7f, 0x80, 0x94, 0xfe, 0xff,
];
const someBytes = fc.array(fc.oneof(fc.constantFrom(...telling), fc.nat({ max: 255 })), {
  minLength: 1,
  maxLength: 9,
});

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('overwrite', 'overwrite', 'overwrite', 'remove', 'insert', 'repeat', 'cut'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: someBytes.map((bytes) => Uint8Array.from(bytes)),
});

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function apply(file: Uint8Array, { kind, at, bytes }: Change): Uint8Array {
  const start = Math.floor(at * file.length);
  const head = file.subarray(0, start);
  const rest = file.subarray(start);
  switch (kind) {
    case 'overwrite':
      return join(head, bytes.subarray(0, rest.length), rest.subarray(bytes.length));
    case 'remove':
      return join(head, rest.subarray(bytes.length));
    case 'insert':
      return join(head, bytes, rest);
    case 'repeat':
      return join(head, rest.subarray(0, 40), rest);
    case 'cut':
      return head;
  }
}

describe('no file can crash, hang or fill memory', () => {
  test.each(Object.entries(encoders))('%s, damaged', async (_, encode) => {
    const whole = encode(tensors);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        await openAndRead(changes.reduce(apply, whole));
      }),
      { numRuns: 300 },
    );
  });

  const checked = Object.entries(encoders).filter(([name]) => ['torch zip', 'npz'].includes(name));
  test.each(checked)('%s: a flipped bit is told or changes no number', async (_, encode) => {
    const whole = encode(tensors);
    const { tensors: original } = await openWeights(memorySource(whole));
    const expected = new Map<string, Uint8Array>();
    for (const [name, tensor] of original) expected.set(name, await tensorBytes(tensor));
    const flip = async (bit: number) => {
      const damaged = whole.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const file = await openWeights(memorySource(damaged));
      for (const [name, tensor] of file.tensors) {
        const bytes = await tensorBytes(tensor);
        if (expected.has(name)) expect(bytes).toEqual(expected.get(name));
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 8 * whole.length - 1 }), (bit) =>
        flip(bit).catch(expectDiagnosticError),
      ),
      { numRuns: 1000 },
    );
  });

  test('the head of a format and then anything', async () => {
    const heads = Object.values(encoders).map((encode) => encode(tensors));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...heads),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(someBytes, { maxLength: 60 }),
        async (head, share, noise) => {
          const start = head.subarray(0, Math.floor(share * head.length));
          await openAndRead(join(start, Uint8Array.from(noise.flat())));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('pickles of opcodes in any order', async () => {
    const opcodes = [...'()]}.0NJKMGXBCUTtaesuqrhjcRbQ'].map((c) => c.charCodeAt(0));
    const binary = [
      0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x8d, 0x8e, 0x93, 0x94, 0x95,
    ];
    const step = fc.tuple(
      fc.constantFrom(...opcodes, ...binary),
      fc.array(fc.nat({ max: 5 }), { maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(2, 3, 4),
        fc.array(step, { maxLength: 60 }),
        async (protocol, steps) => {
          await openAndRead(Uint8Array.from([0x80, protocol, ...steps.flat(2), 0x2e]));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
