import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asFloat32 } from '../../../codegen/tensors/as-float32.ts';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { readAll } from '../../../codegen/tensors/tensor-source.ts';
import { openWeights } from '../../../codegen/weights/open-weights.ts';
import type { WeightsFile } from '../../../codegen/weights/weights-file.ts';
import {
  digestWeightsAt,
  openWeightsAt,
  type WeightsFiles,
} from '../../../src/compile/weights-files.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { DiagnosticCode } from '../../../src/diagnostics/messages.ts';

import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';
import { op, type Part, pickle } from '../../helpers/pickle-parts.ts';
import { zip } from '../../helpers/zip-parts.ts';

/*
 * What frameworks write beside and around a state dict: test/fixtures/checkpoint_fixtures.py made the files, and expected.json has the state dict that
 * torch had in its hands.
 */
const folder = fileURLToPath(new URL('../../fixtures/checkpoints', import.meta.url));
const at = (name: string): string => join(folder, name);
const digestOf = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex');

interface Expected {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(at('expected.json'), 'utf8'),
);

const opened: WeightsFiles[] = [];
afterAll(() => {
  for (const one of opened) one.close();
});

async function open(path: string): Promise<WeightsFile> {
  const weights = await openWeightsAt(path);
  opened.push(weights);
  return weights.file;
}

/** Under one of these keys, or at the top. */
const keys = ['', 'state_dict.', 'model.'] as const;

async function expectState({ tensors }: WeightsFile, left: readonly string[] = []): Promise<void> {
  const key = keys.find((one) => tensors.has(`${one}conv1.weight`)) ?? '';
  for (const [name, { shape, values }] of Object.entries(expected)) {
    const tensor = tensors.get(`${key}${name}`);
    expect(tensor?.shape, name).toEqual(shape);
    if (!tensor || left.includes(name)) continue;
    expect([...float32View(await readAll(asFloat32(tensor)))], name).toEqual(values);
  }
}

describe('files that hold a state dict in another dress', () => {
  test.each([
    'objects.ckpt',
    'objects.legacy.ckpt',
    'whole.pth',
    'whole.legacy.pth',
    'subclass.pth',
    'defaultdict.pth',
    'scripted.pt',
    'traced.pt',
    'exported.pt2',
    'model.safetensors.index.json',
    'pytorch_model.bin.index.json',
  ])('%s', async (name) => {
    await expectState(await open(at(name)));
  });

  test('says what is left aside, and that a module was not run', async () => {
    const { notes } = await open(at('objects.ckpt'));
    expect(notes.join(' ')).toContain('fc.labels (numpy array of U3)');
    const script = await open(at('scripted.pt'));
    expect(script.notes).toEqual([
      'Tensors taken out of an object of __torch__.Tiny; nothing of it was run.',
    ]);
    expect((await open(at('whole.pth'))).notes.join(' ')).toContain(
      'object of __main__.Tiny; nothing of it was run',
    );
  });

  test('a tensor without plain numbers has its place, and is named where its numbers are wanted', async () => {
    const file = await open(at('odd.pth'));
    const odd: Readonly<Record<string, string>> = {
      'fc.weight': 'a quantised tensor',
      'conv1.weight': 'device "meta"',
      'fc.bias': 'a sparse tensor',
    };
    await expectState(file, Object.keys(odd));
    for (const [name, words] of Object.entries(odd)) {
      const tensor = file.tensors.get(name);
      if (!tensor) throw new Error(name);
      const { message } = await expectDiagnostic(() => readAll(tensor), 'weights-tensor-foreign');
      expect(message).toContain(`'${name}'`);
      expect(message).toContain(words);
    }
  });

  test.each([
    'arrays.protocol5.pkl',
    'tensors.protocol5.pkl',
  ])('%s of pickle.dump', async (name) => {
    await expectState(await open(at(name)));
  });

  test('files of torch in a pickle, damaged anywhere, are read or refused', async () => {
    const bytes = readFileSync(at('tensors.protocol5.pkl'));
    for (let offset = 2; offset < bytes.length; offset += 7) {
      const damaged = new Uint8Array(bytes);
      damaged[offset] = (damaged[offset] ?? 0) ^ 0x55;
      const error = await openWeights(memorySource(damaged)).catch((thrown) => thrown);
      if (error instanceof Error) expect(error).toBeInstanceOf(DiagnosticError);
    }
  });

  test('tensors that pickle.dump wrote as text have their places', async () => {
    const { tensors } = await open(at('tensors.protocol2.pkl'));
    const weight = tensors.get('fc.weight');
    expect(weight?.shape).toEqual([3, 2]);
    if (weight) await expectDiagnostic(() => readAll(weight), 'weights-tensor-foreign');
  });

  test('a program of torch before 2.8 has a file of torch.save inside', async () => {
    const bytes = zip(
      { path: 'serialized_exported_program.json', bytes: new TextEncoder().encode('{}') },
      { path: 'serialized_state_dict.pt', bytes: readFileSync(at('subclass.pth')) },
    );
    await expectState(await openWeights(memorySource(bytes)));
  });
});

describe('files that hold none', () => {
  test.each<[string, DiagnosticCode, string, string]>([
    ['frozen.pt', 'weights-torchscript', 'frozen', 'before torch.jit.freeze'],
    [
      'trainer.pth',
      'weights-foreign-object',
      'an object of trainer.Trainer in place',
      'trainer.pth", map_location="cpu", weights_only=False).state_dict(), "weights.pth")',
    ],
    [
      'trainer-under-model.pth',
      'weights-foreign-object',
      "an object of trainer.Trainer under 'model'",
      'weights_only=False)["model"].state_dict(), "weights.pth")',
    ],
    ['momentum.pdopt', 'weights-pdopt', 'the state of an optimizer', '.pdparams'],
    ['adam.pdopt', 'weights-pdopt', 'the state of an optimizer', '.pdparams'],
    ['static.pdiparams', 'weights-pdiparams', "'static.json' beside it does not", 'paddle.save'],
    ['arrays.joblib', 'weights-other-format', 'a file of joblib', 'arrays.joblib"))'],
    ['static.json', 'weights-other-format', 'the program of a static Paddle model', '.pdiparams'],
    ['state.pth.zlib', 'weights-compressed', 'zlib', 'zlib.decompress'],
  ])('%s: %s', async (name, code, message, hint) => {
    const found = await expectDiagnostic(() => open(at(name)), code);
    expect(found.message).toContain(message);
    expect(found.hint).toContain(hint);
  });

  test('the packed file is read once it is unpacked', async () => {
    const bytes = inflateSync(readFileSync(at('state.pth.zlib')));
    await expectState(await openWeights(memorySource(bytes)));
  });

  test('modules that hold each other without end are refused', async () => {
    const members = op.dict([op.text('x'), op.get(9)]);
    const itself: Part = [
      op.global('m', 'C'),
      op.emptyTuple,
      op.newObject,
      op.put(9),
      op.dict([op.text('_parameters'), op.emptyDict], [op.text('_modules'), members]),
      op.build,
    ];
    await expectDiagnostic(
      () => openWeights(memorySource(pickle(4, itself))),
      'weights-pickle-limit',
    );
  });

  test('modules that double at each level are refused before they fill memory', async () => {
    const level = (i: number): Part => {
      const inner = i === 0 ? op.none : op.get(i - 1);
      const members = op.dict([op.text('a'), inner], [op.text('b'), inner]);
      return [
        op.global('m', 'C'),
        op.emptyTuple,
        op.newObject,
        op.dict([op.text('_modules'), members]),
        op.build,
        op.put(i),
      ];
    };
    const levels = op.tuple(...Array.from({ length: 40 }, (_, i) => level(i)));
    const root = op.dict([op.text('all'), levels], [op.text('model'), op.get(39)]);
    const { message } = await expectDiagnostic(
      () => openWeights(memorySource(pickle(4, root))),
      'weights-pickle-limit',
    );
    expect(message).toContain('members of modules');
  });
});

describe('weights in several files', () => {
  const made = mkdtempSync(join(tmpdir(), 'rcc-shards-'));
  afterAll(() => rmSync(made, { recursive: true }));
  const put = (name: string, from = name) => copyFile(at(from), join(made, name));
  beforeAll(async () => {
    mkdirSync(join(made, 'empty'));
    writeFileSync(join(made, 'config.json'), '{}');
  });

  test('a folder gives what it holds, in the order of choice', async () => {
    const empty = await expectDiagnostic(() => open(join(made, 'empty')), 'weights-folder');
    expect(empty.message).toContain('is empty');
    const none = await expectDiagnostic(() => open(made), 'weights-folder');
    expect(none.message).toContain('config.json');
    const taken = async () => (await open(made)).notes[0];
    await put('inference.pdiparams', 'neck3_vd.paddle3.pdiparams');
    await put('inference.json', 'neck3_vd.paddle3.json');
    expect(await taken()).toBe("'inference.pdiparams' taken from the folder.");
    await put('checkpoint.pth', 'subclass.pth');
    expect(await taken()).toBe("'checkpoint.pth' taken from the folder.");
    await put('last.ckpt', 'subclass.pth');
    const several = await expectDiagnostic(() => open(made), 'weights-folder');
    expect(several.message).toContain(
      '2 files that may be the weights: checkpoint.pth, last.ckpt.',
    );
    expect(several.hint).toContain(join(made, 'checkpoint.pth'));
    for (const stem of ['pytorch_model', 'model']) {
      const ending = stem === 'model' ? 'safetensors' : 'bin';
      const index = `${stem}.${ending}.index.json`;
      await put(index);
      const missing = await expectDiagnostic(() => open(made), 'weights-shards-missing');
      expect(missing.message).toContain(`2 of the 2 files`);
      const shards = ['00001', '00002'].map((part) => `${stem}-${part}-of-00002.${ending}`);
      await put(shards[0] ?? '');
      const one = await expectDiagnostic(() => open(made), 'weights-shards-missing');
      expect(one.message).toContain(shards[1]);
      await put(shards[1] ?? '');
      expect(await taken()).toBe(`'${index}' taken from the folder.`);
      await expectState(await open(made));
    }
    await put('model.safetensors', 'model-00001-of-00002.safetensors');
    expect(await taken()).toBe("'model.safetensors' taken from the folder.");
  });

  test('a path that the system refuses is a diagnostic', async () => {
    symlinkSync('loop', join(made, 'loop'));
    await expectDiagnostic(() => open(join(made, 'loop')), 'file-unreadable');
  });

  test('the digest of a static model is over all that is read of it', async () => {
    const names = ['neck3_vd.paddle3.json', 'neck3_vd.paddle3.pdiparams'];
    const lines = names.map((name) => `${digestOf(readFileSync(at(name)))}  ${name}\n`);
    expect(await digestWeightsAt(at(names[1] ?? ''))).toBe(digestOf(lines.join('')));
  });

  test('the digest is over index and shards, as sha256sum lists them', async () => {
    const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const all = [...names, 'model.safetensors.index.json'];
    const lines = all.map((name) => `${digestOf(readFileSync(at(name)))}  ${name}\n`);
    const index = at('model.safetensors.index.json');
    expect(await digestWeightsAt(index)).toBe(digestOf(lines.join('')));
    expect(await digestWeightsAt(at('subclass.pth'))).toBe(
      digestOf(readFileSync(at('subclass.pth'))),
    );
  });

  test('a shard that changes is noticed', async () => {
    const weights = await openWeightsAt(join(made, 'model.safetensors.index.json'));
    opened.push(weights);
    expect(weights.paths).toHaveLength(3);
    expect(() => weights.assertUnchanged()).not.toThrow();
    writeFileSync(join(made, 'model-00002-of-00002.safetensors'), 'other');
    expect(() => weights.assertUnchanged()).toThrow(/^weights-changed/);
  });

  const index = (map: unknown) => new TextEncoder().encode(JSON.stringify({ weight_map: map }));
  const shard = memorySource(readFileSync(at('model-00001-of-00002.safetensors')), 'shard');

  test.each([
    [{}],
    [{ a: 3 }],
    [{ a: '../x.safetensors' }],
    [{ a: 'C:x.safetensors' }],
    [{ a: 'b\\x' }],
    [{ a: '..' }],
    [{ a: '' }],
    [{ a: 'nul\0' }],
    [Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`t${i}`, `f${i}`]))],
  ])('an index that leaves its folder or is none: %#', async (map) => {
    const beside = () => expect.fail('nothing may be opened');
    await expectDiagnostic(
      () => openWeights(memorySource(index(map)), beside),
      'weights-index-malformed',
    );
  });

  test('a tensor that its shard does not have is named', async () => {
    const bytes = index({ 'conv1.weight': 's', __proto__x: 's' });
    const { message } = await expectDiagnostic(
      () => openWeights(memorySource(bytes), () => shard),
      'weights-shard-incomplete',
    );
    expect(message).toContain('__proto__x');
    expect(message).not.toContain('conv1.weight');
  });

  test('an index of itself ends', async () => {
    const self = memorySource(index({ a: 'self' }), 'self');
    await expectDiagnostic(() => openWeights(self, () => self), 'weights-shards-missing');
  });
});
