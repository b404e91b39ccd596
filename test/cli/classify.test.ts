import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const digits = 'examples/digits/digits.rn';
const pictures = 'examples/digits/test.zip';

let folder = '';
let artifact = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-classify-'));
  artifact = join(folder, 'artifact');
  const { exitCode, stderr } = await rcc(
    ...['compile', digits, '--fp32', '--target', 'onnxruntime', '--no-time', '-o', artifact],
  );
  expect(exitCode, stderr).toBe(0);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  readonly picture: string;
  readonly problem?: string;
  readonly top: readonly { class: number; label: string; probability: number }[];
  readonly batch: number;
}

async function classified(...argv: readonly string[]): Promise<readonly Answer[]> {
  const { stdout } = await rcc('classify', ...argv, '--json');
  return JSON.parse(stdout).result.pictures;
}

/** The class of a picture in test.zip is its folder. */
const truthOf = ({ picture }: Answer): number => Number(picture.split('/').at(-2));

describe('rcc classify', () => {
  it('names what is in each picture of an archive, as rcc eval counts it', async () => {
    const answers = await classified(artifact, pictures, '--batch', '16');
    expect(answers).toHaveLength(400);
    const right = answers.filter((answer) => answer.top[0]?.class === truthOf(answer));
    // 99.75 % in the README.
    expect(right).toHaveLength(399);
    for (const { top } of answers) {
      expect(top).toHaveLength(5);
      const chances = top.map(({ probability }) => probability);
      expect(chances).toEqual(chances.toSorted((a, b) => b - a));
    }
    expect(answers[0]?.top[0]?.label).toBe('zero');
  });

  it('says the same of an artifact, of its spec, one by one and in batches', async () => {
    const some = ['--top', '3'];
    const single = await classified(artifact, pictures, ...some);
    const batched = await classified(artifact, pictures, ...some, '--batch', '7');
    const built = await classified(digits, pictures, ...some, '--fp32', '--target', 'onnxruntime');
    const classes = (answers: readonly Answer[]) =>
      answers.map(({ top }) => top.map((answer) => answer.class));
    expect(classes(batched)).toEqual(classes(single));
    expect(classes(built)).toEqual(classes(single));
    // 400 pictures are 57 batches of 7 and one.
    expect(batched.map(({ batch }) => batch).slice(-2)).toEqual([7, 1]);
  });

  it('goes on behind a picture that cannot be read, and ends with its error', async () => {
    const broken = join(folder, 'broken.png');
    writeFileSync(broken, 'no picture');
    const { exitCode, stdout, stderr } = await rcc('classify', artifact, broken, pictures);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`'${broken}' cannot be read as a picture`);
    expect(stdout).toContain('zero');
    expect(stdout.match(/^examples/gm)).toHaveLength(400);
  });

  it('refuses labels and engines that are not those of the manifest', async () => {
    const edits = [
      ['labels.txt', (text: string) => text.split('\n').toReversed().join('\n').trim()],
      ['model.ort.onnx', (text: string) => `${text} `],
    ] as const;
    for (const [file, edit] of edits) {
      const copy = join(folder, `edited-${file}`);
      cpSync(artifact, copy, { recursive: true });
      writeFileSync(join(copy, file), edit(readFileSync(join(copy, file), 'latin1')), 'latin1');
      const { exitCode, stdout, stderr } = await rcc('classify', copy, pictures);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`${file}' is not the file that its manifest records`);
    }
  });

  it('reads no manifest that leads out of its folder, or into a program', async () => {
    const text = readFileSync(join(artifact, 'manifest.json'), 'utf8');
    const edits: readonly [RegExp, string][] = [
      [/"labels\.txt"/, '"../../../etc/passwd"'],
      [/"model\.onnx"/, '"/etc/passwd"'],
      [/"model": "digits"/, '"model": "digits\\nimport os"'],
      [/"name": "logits"/, '"name": "x\\"]; import os"'],
      [/"inputs": \[[\s\S]*?\}\s*\]/, '"inputs": []'],
    ];
    for (const [index, [from, to]] of edits.entries()) {
      const copy = join(folder, `manifest-${index}`);
      cpSync(artifact, copy, { recursive: true });
      expect(text).toMatch(from);
      writeFileSync(join(copy, 'manifest.json'), text.replace(from, to));
      const { stderr } = await rcc('classify', copy, pictures);
      expect(stderr, to).toContain('[result-file-invalid]');
    }
  });

  it('needs weights that were trained, and pictures that are there', async () => {
    const untrained = await rcc('classify', 'specs/resnet18.rn', pictures);
    expect(untrained.stderr).toContain('[eval-without-weights]');
    const missing = await rcc('classify', artifact, join(folder, 'no.png'));
    expect(missing.stderr).toContain('[file-not-found]');
  });
});

describe('an artifact', () => {
  it('stands alone: labels and preprocessing lie in it and in its model', async () => {
    const moved = join(folder, 'moved');
    cpSync(artifact, moved, { recursive: true });
    expect(readFileSync(join(moved, 'labels.txt'), 'utf8').split('\n').slice(0, 3)).toEqual([
      'zero',
      'one',
      'two',
    ]);
    const manifest = JSON.parse(readFileSync(join(moved, 'manifest.json'), 'utf8'));
    const preprocessing = {
      color: 'gray',
      resize: { shortSide: 32, interpolation: 'bilinear', antialias: true },
      crop: { height: 32, width: 32 },
      normalize: { scale: 1 / 255, mean: [0.306], std: [0.324] },
      input: { channels: 1, height: 32, width: 32, layout: 'NCHW', dataType: 'float32' },
    };
    expect(manifest.preprocessing).toEqual(preprocessing);
    const { stdout } = await rcc('inspect', join(moved, 'model.onnx'), '--json');
    const [{ metadata }] = JSON.parse(stdout).result;
    expect(JSON.parse(metadata['rcc.preprocessing'])).toEqual(preprocessing);
    expect(metadata['rcc.labels'].split('\n')).toHaveLength(10);
    expect((await classified(moved, pictures))[0]?.top[0]?.label).toBe('zero');
  });

  it('with pixels as its input says so', async () => {
    const pixels = join(folder, 'pixels');
    const args = ['compile', digits, '--fp32', '--target', 'onnx', '--input-type', 'uint8-nhwc'];
    expect(await rcc(...args, '-o', pixels)).toMatchObject({ exitCode: 0 });
    const manifest = JSON.parse(readFileSync(join(pixels, 'manifest.json'), 'utf8'));
    expect(manifest.preprocessing).not.toHaveProperty('normalize');
    expect(manifest.preprocessing.input).toMatchObject({ layout: 'NHWC', dataType: 'uint8' });
    const [answer] = await classified(pixels, pictures);
    expect(answer?.top[0]?.label).toBe('zero');
  });

  it('with pixels in float32 as its input and probabilities as its output says the same', async () => {
    const made = join(folder, 'probabilities');
    const forms = ['--input-type', 'float32-pixels', '--output-type', 'probabilities'];
    const args = ['compile', digits, '--fp32', '--target', 'onnx', ...forms, '-o', made];
    expect(await rcc(...args)).toMatchObject({ exitCode: 0 });
    const manifest = JSON.parse(readFileSync(join(made, 'manifest.json'), 'utf8'));
    expect(manifest.form).toMatchObject({ input: 'float32-pixels', output: 'probabilities' });
    expect(manifest.command).toEqual(expect.arrayContaining(forms));
    expect(manifest.preprocessing).not.toHaveProperty('normalize');
    const { stdout } = await rcc('inspect', join(made, 'model.onnx'), '--json');
    expect(JSON.parse(stdout).result[0].metadata['rcc.output']).toBe('probabilities');
    const [answers, expected] = [
      await classified(made, pictures, '--batch', '16'),
      await classified(artifact, pictures, '--batch', '16'),
    ];
    for (const [i, { top }] of answers.entries())
      for (const { class: index, probability } of expected[i]?.top ?? [])
        expect(top.find((one) => one.class === index)?.probability).toBeCloseTo(probability, 5);
  });
});
