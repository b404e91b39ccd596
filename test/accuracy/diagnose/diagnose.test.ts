import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { firstClass, type GotAnswer } from '../../../src/accuracy/diagnose/answer.ts';
import { type Diagnosis, diagnose } from '../../../src/accuracy/diagnose/diagnose.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { readArrays } from '../../helpers/arrays.ts';
import { type CompiledModel, loadCompiled } from '../../helpers/loaded-engines.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const answers = await readArrays(join(fixtures, 'images/mistakes.npz'));
let model: CompiledModel;
let preprocess: Spec['preprocess'];

beforeAll(async () => {
  model = await loadCompiled(join(fixtures, 'weights/basic4.rn#basic4'));
  preprocess = { ...model.spec.preprocess, resize: 73, crop: 64, antialias: true };
});
afterAll(() => model.close());

const valuesOf = (name: string): Float64Array =>
  Float64Array.from(float32View(answers.get(name)?.bytes ?? new Uint8Array()));

function diagnoseGot(got: GotAnswer, picture = 'landscape.jpg', changes = {}): Promise<Diagnosis> {
  const file = join(fixtures, 'images', picture);
  return diagnose({ bytes: readFileSync(file), file: picture }, got, model.engine, {
    model: 'basic4',
    preprocess: { ...preprocess, ...changes },
    input: model.spec.input,
    classes: 10,
  });
}

const diagnoseLogits = (name: string, picture?: string) =>
  diagnoseGot({ kind: 'logits', values: valuesOf(name) }, picture);

describe('whole logits, made by torchvision and OpenCV code with the mistake', () => {
  const singles = [...answers.keys()].filter(
    (name) => !/right|upright|noise|probabilities|\+/.test(name),
  );
  it('covers many mistakes', () => {
    expect(singles).toHaveLength(19);
  });
  it.each(singles)('%s', async (name) => {
    const diagnosis = await diagnoseLogits(name);
    expect(diagnosis.verdict).toBe('explained');
    expect(diagnosis.findings[0]?.ids).toEqual([name]);
    // Gray is made before the resize there, after it here.
    const limit = name === 'colorless' ? 0.01 : 1e-3;
    expect(diagnosis.findings[0]?.distance).toBeLessThan(limit);
    // Proof: no other mistake is as near by far.
    expect(diagnosis.findings[1]?.distance).toBeGreaterThan(0.02);
    expect(diagnosis.explaining).toBe(1);
  });

  it('right', async () => {
    const diagnosis = await diagnoseLogits('right');
    expect(diagnosis).toMatchObject({ verdict: 'right', evidence: 'logits' });
    expect(diagnosis.right.distance).toBeLessThan(1e-4);
  });
  it('a picture that OpenCV turned', async () => {
    const diagnosis = await diagnoseLogits('upright', 'turned.jpg');
    expect(diagnosis.findings[0]?.ids).toEqual(['upright']);
    expect(diagnosis.verdict).toBe('explained');
  });
  it.each(['red-blue-swapped+raw-bytes', 'not-normalized+stretched'])('%s', async (name) => {
    const diagnosis = await diagnoseLogits(name);
    expect(diagnosis.verdict).toBe('explained');
    expect(diagnosis.findings[0]?.ids.join('+')).toBe(name);
    expect(diagnosis.findings[0]?.mistakes).toHaveLength(2);
    expect(diagnosis.tried).toBeGreaterThan(100);
  });
  it('probabilities in place of logits', async () => {
    const diagnosis = await diagnoseLogits('probabilities');
    expect(diagnosis.findings[0]?.ids).toEqual(['red-blue-swapped']);
    expect(diagnosis.verdict).toBe('explained');
  });
  it('says so where nothing explains them', async () => {
    const diagnosis = await diagnoseLogits('noise');
    expect(diagnosis.verdict).toBe('unexplained');
    expect(diagnosis.explaining).toBe(0);
    expect(diagnosis.findings).toHaveLength(10);
  });
});

describe('a class alone', () => {
  it('is explained by mistakes that lead to it', async () => {
    const classes = new Map(
      [...answers.keys()].map((name) => [name, firstClass(valuesOf(name))] as const),
    );
    const right = classes.get('right') as number;
    const [wrong] = [...classes].filter(
      ([name, answer]) => answer !== right && !/\+|noise|upright/.test(name),
    );
    if (!wrong) throw new Error('no mistake changes the class');
    const diagnosis = await diagnoseGot({ kind: 'class', class: wrong[1] });
    expect(diagnosis).toMatchObject({ verdict: 'explained', evidence: 'class' });
    const explaining = diagnosis.findings.filter(({ explains }) => explains);
    expect(explaining.flatMap(({ ids }) => ids)).toContain(wrong[0]);
    expect(explaining.every((finding) => finding.class === wrong[1])).toBe(true);
    expect(diagnosis.explaining).toBeGreaterThanOrEqual(explaining.length);
  });
  it('is right where the spec gives it', async () => {
    const right = firstClass(valuesOf('right'));
    const diagnosis = await diagnoseGot({ kind: 'class', class: right });
    expect(diagnosis.verdict).toBe('right');
  });
});

describe('diagnose', () => {
  it('fails where the spec does not lead to the size of the input', async () => {
    const got = { kind: 'class', class: 1 } as const;
    await expect(
      diagnoseGot(got, 'small.png', { resize: undefined, crop: undefined }),
    ).rejects.toThrow('image-size');
  });
  it('stops when it is aborted', async () => {
    const file = join(fixtures, 'images/landscape.jpg');
    const controller = new AbortController();
    const diagnosis = diagnose(
      { bytes: readFileSync(file), file },
      { kind: 'logits', values: valuesOf('noise') },
      model.engine,
      {
        model: 'basic4',
        preprocess,
        input: model.spec.input,
        classes: 10,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error('stopped')),
      },
    );
    await expect(diagnosis).rejects.toThrow('stopped');
  });
});
