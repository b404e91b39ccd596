import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openWeights } from '../../../codegen/weights/open-weights.ts';
import { memorySource } from '../../helpers/byte-sources.ts';
import {
  applyChange,
  change,
  expectDiagnosticError,
  joinBytes,
  someBytes,
} from '../../helpers/damage.ts';
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

describe('no file can crash, hang or fill memory', () => {
  test.each(Object.entries(encoders))('%s, damaged', async (_, encode) => {
    const whole = encode(tensors);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        await openAndRead(changes.reduce(applyChange, whole));
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
          await openAndRead(joinBytes(start, Uint8Array.from(noise.flat())));
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
