import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { encodeNpy } from '../../codegen/weights/formats/npy.ts';
import type { CalibrationData } from '../../src/calibration/data.ts';
import { openCalibrationData, recognizeSource } from '../../src/calibration/open-data.ts';
import { codesOfError } from '../helpers/diagnostics.ts';
import { specOf } from '../helpers/specs.ts';
import { inputType as input } from './networks.ts';

const spec = specOf({ preprocess: { ...specOf().preprocess, resize: 32, crop: 32 } });
const options = { spec, input, images: 500 };
const pictures = 'test/fixtures/images';

let folder: string;
const at = (name: string): string => join(folder, name);

function npyOf(shape: readonly number[], dataType: 'float32' | 'float64' = 'float32'): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from(
    { length: dataType === 'float32' ? count : 2 * count },
    (_, i) => i,
  );
  return encodeNpy({ dataType, shape, bytes: new Uint8Array(values.buffer) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcc-test-'));
  await writeFile(at('inputs.npy'), npyOf([5, 3, 32, 32]));
  await writeFile(at('small.npy'), npyOf([5, 3, 16, 16]));
  await writeFile(at('empty.npy'), npyOf([0, 3, 32, 32]));
  await writeFile(at('double.npy'), npyOf([1, 3, 32, 32], 'float64'));
  await writeFile(at('calibration.json'), ' { "schemaVersion": 1 }');
  await mkdir(at('pictures/anything'), { recursive: true });
  for (const name of ['420.jpg', '444.jpg', 'deep.png', 'lossless.webp'])
    await copyFile(join(pictures, name), at(`pictures/anything/${name}`));
  await cp(at('pictures/anything'), at('flawed'), { recursive: true });
  await writeFile(at('flawed/broken.jpg'), 'no picture');
});
afterAll(() => rm(folder, { recursive: true }));

async function batchesOf(data: CalibrationData, batch: number) {
  const batches = [];
  for await (const each of data.batches(batch)) batches.push(each);
  await data.close();
  return batches;
}

describe('recognizeSource', () => {
  it.each([
    ['inputs.npy', 'inputs'],
    ['calibration.json', 'calibration'],
    ['pictures', 'pictures'],
    ['pictures/anything/420.jpg', 'pictures'],
  ])('tells %s by its content', async (name, source) => {
    expect(await recognizeSource(at(name))).toBe(source);
  });

  it('says where there is nothing', async () => {
    expect(await codesOfError(() => recognizeSource(at('nothing')))).toEqual(['file-not-found']);
  });
});

describe('inputs of an .npy file', () => {
  it('come in order, a batch at a time', async () => {
    const data = await openCalibrationData(at('inputs.npy'), 'inputs', options);
    expect(data).toMatchObject({ images: 5, description: 'inputs.npy (5 inputs)' });
    const batches = await batchesOf(data, 2);
    expect(batches.map(({ shape }) => shape[0])).toEqual([2, 2, 1]);
    const values = batches.flatMap(({ bytes }) => [...float32View(bytes)]);
    expect(values).toEqual(Array.from({ length: 5 * 3 * 32 * 32 }, (_, i) => i));
  });

  it('have the digest of the file', async () => {
    const data = await openCalibrationData(at('inputs.npy'), 'inputs', options);
    expect(await data.digest()).toMatch(/^[0-9a-f]{64}$/);
    await data.close();
  });

  it.each(['small.npy', 'empty.npy', 'double.npy'])('are refused: %s', async (name) => {
    const codes = await codesOfError(() => openCalibrationData(at(name), 'inputs', options));
    expect(codes).toEqual(['calibration-array']);
  });
});

describe('pictures', () => {
  it('are prepared as the spec says; folders need not be classes', async () => {
    const data = await openCalibrationData(at('pictures'), 'pictures', options);
    expect(data).toMatchObject({ images: 4, description: 'pictures (4 pictures)' });
    const batches = await batchesOf(data, 3);
    expect(batches.map(({ shape }) => shape)).toEqual([
      [3, 3, 32, 32],
      [1, 3, 32, 32],
    ]);
    const values = float32View(batches[0]?.bytes ?? new Uint8Array());
    expect(values.every((value) => Math.abs(value) < 3)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(100);
  });

  it('are spread over all where fewer are wanted, with a digest of their own', async () => {
    const all = await openCalibrationData(at('pictures'), 'pictures', options);
    const two = await openCalibrationData(at('pictures'), 'pictures', { ...options, images: 2 });
    expect(two.description).toBe('pictures (2 of 4 pictures)');
    expect(await two.digest()).not.toBe(await all.digest());
    await Promise.all([all.close(), two.close()]);
  });

  it('leave out one that cannot be read, and say why', async () => {
    const data = await openCalibrationData(at('flawed'), 'pictures', options);
    const digest = await data.digest();
    const batches = await batchesOf(data, 3);
    expect(batches.map(({ shape }) => shape[0])).toEqual([3, 1]);
    expect(data).toMatchObject({ images: 4, description: 'flawed (4 of 5 pictures)' });
    const [problem, ...more] = data.unreadable();
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: 'image-unreadable' });
    expect(problem?.message).toContain('flawed/broken.jpg');
    const whole = await openCalibrationData(at('pictures'), 'pictures', options);
    expect(digest).not.toBe(await whole.digest());
    await whole.close();
  });
});
