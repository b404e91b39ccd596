import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CalibrationFile,
  calibrationFile,
  differenceFrom,
  findCalibration,
  readCalibrationFile,
} from '../../src/calibration/calibration-file.ts';
import { codesOfError } from '../helpers/diagnostics.ts';

const digest = (digit: string): string => digit.repeat(64);
const key = {
  model: 'small',
  algorithm: 'entropy',
  spec: digest('a'),
  weights: digest('b'),
} as const;
const data = { description: 'pictures (3 pictures)', digest: digest('c'), images: 3 };
const file = calibrationFile(key, data, new Map([['input', { largest: 2, range: 1.5 }]]));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcc-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function stored(content: unknown): Promise<string> {
  const path = join(folder, 'calibration.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('differenceFrom', () => {
  it('finds none where every digest is the same', () => {
    expect(differenceFrom(file, { ...key, data: data.digest })).toBeUndefined();
    expect(differenceFrom(file, key)).toBeUndefined();
  });

  it.each([
    [{ spec: digest('d') }, 'spec'],
    [{ weights: digest('d') }, 'weights file'],
    [{ weights: 'seed 1' }, 'weights file'],
    [{ algorithm: 'max' as const }, 'algorithm'],
    [{ data: digest('d') }, 'data'],
  ])('names what differs: %j', (change, what) => {
    expect(differenceFrom(file, { ...key, data: data.digest, ...change })).toBe(what);
  });

  it('holds for one release of rcc', () => {
    expect(differenceFrom({ ...file, rcc: '0.0.0' }, key)).toBe('release of rcc');
  });
});

describe('readCalibrationFile', () => {
  it('reads what was written', async () => {
    expect(await readCalibrationFile(await stored(file))).toEqual(file);
    expect(JSON.parse(await readFile(join(folder, 'calibration.json'), 'utf8'))).toEqual(file);
  });

  const without = (name: keyof CalibrationFile) => {
    const { [name]: _, ...rest } = file;
    return rest;
  };

  it.each([
    ['no JSON', '{ "schemaVersion": 1,'],
    ['an empty object', {}],
    ['no tensors', without('tensors')],
    ['no data', without('data')],
    ['a later schema', { ...file, schemaVersion: 2 }],
    ['an unknown algorithm', { ...file, algorithm: 'guess' }],
    ['a negative range', { ...file, tensors: { input: { largest: 1, range: -1 } } }],
    ['no digest', { ...file, spec: 'abc' }],
  ])('refuses %s', async (_, content) => {
    const path = await stored(content);
    expect(await codesOfError(() => readCalibrationFile(path))).toEqual(['calibration-malformed']);
  });

  it('says that there is none', async () => {
    const codes = await codesOfError(() => readCalibrationFile(join(folder, 'none.json')));
    expect(codes).toEqual(['file-not-found']);
  });
});

describe('findCalibration', () => {
  it('gives the one that fits', async () => {
    const path = await stored(file);
    expect(await findCalibration(path, { ...key, data: data.digest })).toEqual(file);
  });

  it.each([
    ['another spec', file, { ...key, spec: digest('d'), data: data.digest }],
    ['other data', file, { ...key, data: digest('d') }],
    ['something else', 'broken', { ...key, data: data.digest }],
  ])('gives nothing for %s', async (_, content, wanted) => {
    expect(await findCalibration(await stored(content), wanted)).toBeUndefined();
  });

  it('gives nothing where there is nothing', async () => {
    const wanted = { ...key, data: data.digest };
    expect(await findCalibration(join(folder, 'none.json'), wanted)).toBeUndefined();
  });
});
