import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../codegen/weights/formats/npy.ts';
import { manifestSchema } from '../../src/compile/manifest.ts';
import { openDataset } from '../../src/images/datasets/open-dataset.ts';
import { rcc } from '../helpers/cli.ts';

const digits = 'examples/digits/digits.rn';
const archive = 'examples/digits/calibration.zip';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcc-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The digits of the calibration as files, `broken` of them cut off. */
async function makePictures(name: string, broken: number): Promise<string> {
  const dataset = await openDataset(archive, { classes: 10, labelled: false });
  await cp('examples/digits/four.png', at(`${name}/four.png`));
  for (const [index] of dataset.images.entries()) {
    const bytes = await dataset.readBytes(index);
    await writeFile(at(`${name}/${index}.png`), bytes.subarray(0, index < broken ? 40 : undefined));
  }
  await dataset.close();
  return at(name);
}

async function makeInputs(name: string, numbers: (i: number) => number): Promise<string> {
  const values = Float32Array.from({ length: 4 * 32 * 32 }, (_, i) => numbers(i));
  const bytes = new Uint8Array(values.buffer);
  await writeFile(at(name), encodeNpy({ dataType: 'float32', shape: [4, 1, 32, 32], bytes }));
  return at(name);
}

async function compile(name: string, data: string, ...options: readonly string[]) {
  const output = ['--target', 'onnx', '-o', at(name), '--json'];
  const outcome = await rcc('compile', digits, '--calibrate', data, ...output, ...options);
  return { ...outcome, json: JSON.parse(outcome.stdout) };
}

const found = (json: { diagnostics: readonly { code: string }[] }, code: string) =>
  json.diagnostics.find((each) => each.code === code);

describe('pictures that cannot be read', () => {
  it('are left out, named, and counted in the manifest, also where the calibration is taken again', async () => {
    const pictures = await makePictures('flawed', 3);
    for (const data of [pictures, pictures, at('left-out/calibration.json')]) {
      const { exitCode, json } = await compile('left-out', data, '--int8');
      expect(exitCode).toBe(0);
      expect(found(json, 'calibration-unreadable-left-out')).toMatchObject({
        severity: 'warning',
        message: '3 of 101 pictures cannot be read and are left out: flawed (98 of 101 pictures).',
        details: [expect.stringContaining('0.png'), expect.anything(), expect.anything()],
      });
      const text = await readFile(at('left-out/manifest.json'), 'utf8');
      expect(manifestSchema.parse(JSON.parse(text)).calibration).toMatchObject({
        images: 98,
        unreadable: 3,
        warnings: [
          { code: 'calibration-few-images', message: expect.stringContaining('98 pictures') },
          { code: 'calibration-unreadable-left-out' },
        ],
      });
    }
  });

  it('end it where they are more than a tenth', async () => {
    const pictures = await makePictures('ruined', 12);
    const { exitCode, json } = await compile('ruined-out', pictures, '--int8');
    expect(exitCode).toBe(2);
    expect(found(json, 'calibration-unreadable')).toMatchObject({
      message: expect.stringContaining('12 of 101 pictures cannot be read'),
    });
    expect(await readdir(folder)).not.toContain('ruined-out/model.onnx');
  });
});

describe('inputs that are no pictures', () => {
  it.each([
    ['--int8'],
    ['--fp16', '--target', 'onnxruntime', '--no-time'],
  ])('are refused for %s', async (...options) => {
    const pixels = await makeInputs('pixels.npy', (i) => i % 256);
    const refused = await compile('none', pixels, ...options);
    expect(refused.exitCode).toBe(2);
    expect(found(refused.json, 'calibration-out-of-range')).toMatchObject({
      message: expect.stringContaining('holds numbers from 0 to 255; pictures become -0.9444 to'),
      hint: expect.stringContaining('They look like pixels of 0 to 255'),
    });
    const zeros = await compile('none', await makeInputs('zeros.npy', () => 0), ...options);
    expect(zeros.exitCode).toBe(2);
    expect(found(zeros.json, 'calibration-constant')).toBeDefined();
  });

  it('are told of where they may be meant', async () => {
    const few = await makeInputs('few.npy', (i) => Math.sin(i) * 3);
    const { exitCode, json } = await compile('few', few, '--int8');
    expect(exitCode).toBe(0);
    const codes = json.result[0].manifest.calibration.warnings.map(
      ({ code }: { code: string }) => code,
    );
    expect(codes).toEqual(['calibration-few-images', 'calibration-range-unlikely']);
  });
});

describe('the digits', () => {
  it('are calibrated without a word', async () => {
    const { exitCode, json } = await compile('digits', archive, '--int8');
    expect(exitCode).toBe(0);
    expect(
      json.diagnostics.filter(({ code }: { code: string }) => /^calibration/.test(code)),
    ).toEqual([]);
    expect(json.result[0].manifest.calibration).not.toHaveProperty('warnings');
  });
});
