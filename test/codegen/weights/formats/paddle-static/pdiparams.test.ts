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
import { openWeights } from '../../../../../codegen/weights/open-weights.ts';
import { DiagnosticError } from '../../../../../src/diagnostics/diagnostic.ts';
import { expectDiagnostic, memorySource } from '../../../../helpers/byte-sources.ts';
import { specFromInferred } from '../../../../helpers/inferred-networks.ts';
import { op, pickle } from '../../../../helpers/pickle-parts.ts';

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
    expect(file.shortcutKind).toBe(version === 3 ? 'avgpool' : undefined);
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

/** Lets the convolution behind a shortcut's pool read what the pool reads: the block's input, which the branch reads too. */
function bypassPools(operations: Operation[], count = Number.POSITIVE_INFINITY): void {
  const readersOf = (value: unknown) => operations.filter(({ I }) => I?.[0]?.['%'] === value);
  const inShortcuts = all(operations, '1.pool2d').filter(
    ({ I }) => readersOf(I[0]?.['%']).length > 1,
  );
  for (const pool of inShortcuts.slice(0, count)) {
    for (const reader of readersOf(pool.O[0]?.['%'])) reader.I[0] = { ...pool.I[0] } as never;
  }
}

/** Puts a pool before the projection of the first block. */
function poolFirstShortcut(operations: Operation[]): void {
  const readersOf = (value: unknown) => operations.filter(({ I }) => I?.[0]?.['%'] === value);
  const isShortcut = ({ O: [output] }: Operation) =>
    readersOf(output?.['%']).some(({ O: [norm] }) =>
      all(operations, '1.add').some(({ I }) => I.some((input) => input['%'] === norm?.['%'])),
    );
  const [projection] = all(operations, '1.conv2d').filter(
    (conv) => isShortcut(conv) && readersOf(conv.I[0]?.['%']).length > 1,
  );
  if (!projection) return;
  operations.push({ '#': '1.pool2d', I: [{ ...projection.I[0] }], O: [{ '%': -1 }] } as Operation);
  projection.I[0] = { '%': -1 };
}

describe('what a program says of its shortcuts goes before what its names do', () => {
  const strided = () => open(data, stem(3), edited(bypassPools));
  const pooled = () => open(data, stem(3), program());

  test('a deep stem whose shortcuts do not pool is no vd', async () => {
    const file = await strided();
    expect(file.shortcutKind).toBe('projection');
    expect(file.notes.at(-1)).toContain('whose shortcuts do not pool');
    expect(describeWeights(file)).toMatchObject({
      scheme: 'paddleclas',
      stem: 'deep',
      shortcut: 'projection',
      unknowns: [],
    });
    expect(describeWeights(await pooled())).toMatchObject({ shortcut: 'avgpool', unknowns: [] });
  });

  test('a graph with the other shortcuts is refused', async () => {
    for (const [open, other] of [
      [strided, 'avgpool'],
      [pooled, 'projection'],
    ] as const) {
      const file = await open();
      const spec = specFromInferred(describeWeights(file), 64);
      expect(bindWeights(lowerSpec(spec), file).scheme).toBe('paddleclas');
      const graph = lowerSpec({ ...spec, shortcut: other });
      const code = 'weights-other-shortcut';
      const { message, hint } = await expectDiagnostic(() => bindWeights(graph, file), code);
      expect(message).toContain('The program beside');
      expect(hint).toContain(`\`shortcut ${spec.shortcut}\``);
    }
  });

  test('a hint on another mistake names the shortcut of the program', async () => {
    const file = await strided();
    const spec = specFromInferred(describeWeights(file), 64);
    const graph = lowerSpec({ ...spec, shortcut: 'avgpool', classes: 3 });
    const work = () => bindWeights(graph, file);
    const { hint } = await expectDiagnostic(work, 'weights-do-not-fit');
    expect(hint).toContain('`shortcut projection`');
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
      'shortcuts of which one pools and another does not',
      edited((operations) => bypassPools(operations, 1)),
      'some of its shortcuts pool and some do not',
    ],
    [
      'a first block that pools',
      edited(poolFirstShortcut),
      'the shortcut of its first block pools',
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
