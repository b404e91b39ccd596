/* Static models as paddle.jit.save of Paddle 2.6.2 and 3.3.1 writes them (static_fixtures_paddle.py), against the state dict that they were exported from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../../../codegen/architecture/lower.ts';
import type { ByteSource } from '../../../../../codegen/tensors/byte-source.ts';
import { readAll } from '../../../../../codegen/tensors/tensor-source.ts';
import { describeWeights } from '../../../../../codegen/weights/inference/describe-weights.ts';
import { bindWeights } from '../../../../../codegen/weights/naming/bind.ts';
import { schemes } from '../../../../../codegen/weights/naming/schemes.ts';
import { openWeights } from '../../../../../codegen/weights/open-weights.ts';
import { DiagnosticError } from '../../../../../src/diagnostics/diagnostic.ts';
import { expectDiagnostic, memorySource } from '../../../../helpers/byte-sources.ts';
import { namedShapes, specFromInferred } from '../../../../helpers/inferred-networks.ts';
import { op, pickle } from '../../../../helpers/pickle-parts.ts';
import { specOf } from '../../../../helpers/specs.ts';
import { fileOfShapes } from '../../../../helpers/unread-weights.ts';

const fixtures = new URL('../../../../fixtures/', import.meta.url);
const bytesOf = (path: string): Uint8Array => readFileSync(fileURLToPath(new URL(path, fixtures)));
const stem = (version: number) => `neck3_vd.paddle${version}`;
/** Both write the same bytes. */
const data = bytesOf(`checkpoints/${stem(3)}.pdiparams`);

type Beside = Readonly<Record<string, Uint8Array>>;

function open(bytes: Uint8Array, name: string, beside: Beside) {
  const find = (other: string): ByteSource | undefined =>
    beside[other] && memorySource(beside[other], other);
  return openWeights(memorySource(bytes, `folder/${name}.pdiparams`), find);
}

const info = (): Beside => ({
  [`${stem(2)}.pdiparams.info`]: bytesOf(`checkpoints/${stem(2)}.pdiparams.info`),
});
const programText = new TextDecoder().decode(bytesOf(`checkpoints/${stem(3)}.json`));
const program = (text = programText): Beside => ({
  [`${stem(3)}.json`]: new TextEncoder().encode(text),
});

describe('a static model has the numbers of its state dict', () => {
  test.each([
    [2, info(), ["Names taken from 'neck3_vd.paddle2.pdiparams.info'."]],
    [
      3,
      program(),
      [
        "Names taken from 'neck3_vd.paddle3.json'.",
        'Layers found by their place in the program, whose shortcuts pool before they project.',
      ],
    ],
  ])('of Paddle %i', async (version, beside, notes) => {
    const dict = await openWeights(memorySource(bytesOf('weights/neck3_vd.p4.pdparams')));
    const file = await open(data, stem(version), beside);
    expect(file.format).toBe('pdiparams');
    expect(file.notes).toEqual(notes);
    expect([...file.tensors.keys()].toSorted()).toEqual([...dict.tensors.keys()].toSorted());
    for (const [name, tensor] of dict.tensors) {
      const found = file.tensors.get(name);
      expect(found?.shape).toEqual(tensor.shape);
      expect(found && (await readAll(found))).toEqual(await readAll(tensor));
    }
  });
});

interface Operation {
  '#': string;
  I: { '%': number }[];
  O: { '%': number }[];
}

/** The program with its operations changed. */
function edited(edit: (operations: Operation[]) => void): Beside {
  const json = JSON.parse(programText);
  edit(json.program.regions[0].blocks[0].ops);
  return program(JSON.stringify(json));
}

const all = (operations: Operation[], type: string) =>
  operations.filter((operation) => operation['#'] === type);

/** Convolutions of shortcuts read what their pools read. */
function withoutPools(operations: Operation[]): void {
  const readers = (value: number | undefined) =>
    operations.filter(({ I }) => I?.some((input) => input['%'] === value));
  for (const pool of all(operations, '1.pool2d')) {
    const [from] = pool.I;
    const besides = readers(from?.['%']).some((other) => other['#'].endsWith('conv2d'));
    for (const { '#': type, I } of readers(pool.O[0]?.['%'])) {
      if (besides && type.endsWith('conv2d') && I[0] && from) I[0]['%'] = from['%'];
    }
  }
}

describe('what the program says of the shortcuts counts', () => {
  test.each([
    ['avgpool', program()],
    ['projection', edited(withoutPools)],
  ] as const)('%s', async (kind, beside) => {
    const file = await open(data, stem(3), beside);
    expect(file.shortcutKind).toBe(kind);
    const described = describeWeights(file);
    expect(described).toMatchObject({ shortcut: kind, unknowns: [] });
    const graphOf = (shortcut: 'avgpool' | 'projection') =>
      lowerSpec({ ...specFromInferred(described, 64), shortcut });
    expect(() => bindWeights(graphOf(kind), file)).not.toThrow();
    const other = kind === 'avgpool' ? 'projection' : 'avgpool';
    const work = () => bindWeights(graphOf(other), file);
    const { message } = await expectDiagnostic(work, 'weights-other-shortcut');
    expect(message).toContain(`The program beside '${file.name}' says`);
  });

  test('of a plain stem too', () => {
    const spec = specOf({ stages: [1, 1], widths: [8, 16], classes: 4 });
    const scheme = schemes.find(({ title }) => title === 'PaddleClas');
    const plain = fileOfShapes(scheme ? namedShapes(spec, scheme) : []);
    expect(describeWeights(plain).shortcut).toBe('projection');
    expect(describeWeights({ ...plain, shortcutKind: 'avgpool' }).shortcut).toBe('avgpool');
  });
});

describe('names that cannot be had are said', () => {
  test.each<[string, Beside, string]>([
    ['nothing lies beside it', {}, "neither 'neck3_vd.paddle3.pdiparams.info' (Paddle 2)"],
    ['JSON of something else', program('{"a": 1}'), 'it is no program of Paddle 3'],
    ['no JSON', program('{'), 'it is no program of Paddle 3'],
    [
      'another activation',
      edited((operations) => {
        for (const relu of all(operations, '1.relu')) relu['#'] = '1.silu';
      }),
      "'silu' is no operation of a plain ResNet",
    ],
    [
      'a block without its first activation',
      edited((operations) => {
        const [, , , relu] = all(operations, '1.relu');
        const next = operations.find(({ I }) => I?.[0]?.['%'] === relu?.O[0]?.['%']);
        if (next && relu) next.I[0] = relu.I[0] as { '%': number };
      }),
      'is no plain ResNet',
    ],
    [
      'a convolution that two layers share',
      edited((operations) => {
        const [first, second] = all(operations, '1.conv2d').slice(4);
        if (first && second) second.I[1] = first.I[1] as { '%': number };
      }),
      'two layers of it share their numbers',
    ],
    [
      'a program that leads back to itself',
      edited((operations) => {
        const [first] = all(operations, '1.conv2d');
        if (first) first.I[0] = first.O[0] as { '%': number };
      }),
      'do not lead from an input',
    ],
    [
      'additions that lead back to themselves',
      edited((operations) => {
        const [join] = all(operations, '1.add');
        if (join) join.I = [{ ...join.O[0] }, { ...join.O[0] }] as { '%': number }[];
      }),
      'is no plain ResNet',
    ],
    [
      'another network of as many tensors',
      program(programText.replaceAll('"conv2d_3.w_0"', '"aaa"')),
      'has another shape in it',
    ],
  ])('%s', async (_, beside, reason) => {
    const work = () => open(data, stem(3), beside);
    const { message, hint } = await expectDiagnostic(work, 'weights-pdiparams');
    expect(message).toContain(reason);
    expect(hint).toContain('paddle.save(model.state_dict()');
  });

  test('a list of names that is of another model', async () => {
    const entry = op.dict([op.text('structured_name'), op.text('fc.weight')]);
    const beside = { 'm.pdiparams.info': pickle(2, op.dict([op.text('w'), entry])) };
    const { message } = await expectDiagnostic(() => open(data, 'm', beside), 'weights-pdiparams');
    expect(message).toContain('it names 1 tensors where there are 92');
  });
});

describe('damage', () => {
  test('a file that ends early', async () => {
    const work = () => open(data.subarray(0, 100_000), stem(2), info());
    await expectDiagnostic(work, 'weights-truncated');
  });

  test('whatever is overwritten, a file is read or refused', async () => {
    const bytes = data;
    const at = fc.integer({ min: 16, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        at,
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        async (offset, noise) => {
          const damaged = new Uint8Array(bytes);
          damaged.set(noise.subarray(0, bytes.length - offset), offset);
          try {
            await open(damaged, stem(3), program());
          } catch (error) {
            expect(error).toBeInstanceOf(DiagnosticError);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('whatever is in a program, it is read or refused', async () => {
    const length = programText.length;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(length),
        fc.constantFrom('0', '1', '"', '9', '[', ''),
        async (at, put) => {
          const text = programText.slice(0, at) + put + programText.slice(at + 1);
          try {
            await open(data, stem(3), program(text));
          } catch (error) {
            expect(error).toBeInstanceOf(DiagnosticError);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
