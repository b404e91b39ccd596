import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../codegen/weights/formats/npy.ts';
import type { CalibrationData } from '../../src/calibration/data.ts';
import { inspectInputs } from '../../src/calibration/inspect-inputs.ts';
import {
  keptFacts,
  refuseUnfit,
  warnOfCalibration,
  warnOfInputs,
} from '../../src/calibration/judge-inputs.ts';
import { openNpyData } from '../../src/calibration/npy-data.ts';
import { createDiagnostic, type Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { normalizationTable } from '../../src/images/preprocess.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';
import { specOf } from '../helpers/specs.ts';
import { inputType } from './networks.ts';

const somewhere = { file: { path: 'x.rn', text: '' }, start: 0, end: 0 };
/** ImageNet's mean and standard deviation, stated: −2.118 to 2.64. */
const stated = specOf({ spans: { 'preprocess.resize': somewhere } as never });
const unstated = specOf();

const area = 32 * 32;
const count = 10;

/** Inputs whose number in each place is that of `at(input, channel, pixel)`. */
type Numbers = (input: number, channel: number, pixel: number) => number;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcc-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(at: Numbers): Promise<CalibrationData> {
  const values = Float32Array.from({ length: count * 3 * area }, (_, i) =>
    at(Math.floor(i / (3 * area)), Math.floor(i / area) % 3, i % area),
  );
  const path = join(folder, 'inputs.npy');
  const bytes = new Uint8Array(values.buffer);
  await writeFile(path, encodeNpy({ dataType: 'float32', shape: [count, 3, 32, 32], bytes }));
  return await openNpyData(path, inputType);
}

/** Looks at inputs and judges them; gives the warnings. */
async function judge(at: Numbers, spec = stated): Promise<readonly Diagnostic[]> {
  const data = await open(at);
  try {
    const facts = await inspectInputs(data);
    refuseUnfit(facts, data, spec);
    return warnOfInputs(keptFacts(facts, data), spec);
  } finally {
    await data.close();
  }
}

/** Any pixel of a picture that is no single colour. */
const pixel: Numbers = (input, channel, at) => (at * 7 + input * 31 + channel * 3) % 256;
const { mean, std } = stated.preprocess;
const table = normalizationTable(stated.preprocess);
const normal: Numbers = (input, channel, at) =>
  table[channel * 256 + pixel(input, channel, at)] as number;

describe('inputs are taken', () => {
  it('that are pictures as the spec says', async () => {
    expect(await judge(normal)).toEqual([]);
  });
  it('whatever mean and standard deviation the spec states', async () => {
    const spread = fc.double({ min: 0.01, max: 0.9, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(spread, spread, spread),
        fc.tuple(spread, spread, spread),
        async (averages, deviations) => {
          const preprocess = { ...stated.preprocess, mean: averages, std: deviations };
          const own = normalizationTable(preprocess);
          const at: Numbers = (input, channel, place) =>
            own[channel * 256 + pixel(input, channel, place)] as number;
          expect(await judge(at, { ...stated, preprocess })).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });
  it('that overshoot a little, as resized arrays do', async () => {
    expect(await judge((...place) => normal(...place) * 1.04)).toEqual([]);
  });
  it('of which one is of one colour', async () => {
    expect(await judge((input, ...place) => (input === 3 ? 1 : normal(input, ...place)))).toEqual(
      [],
    );
  });
  it('whatever they hold where the spec states no preprocessing', async () => {
    expect(await judge(pixel, unstated)).toEqual([]);
  });
});

describe('inputs are taken with a warning', () => {
  it('that are noise', async () => {
    const noise: Numbers = (...place) => 5 * Math.sin(pixel(...place));
    const [warning] = await judge(noise);
    expect(warning).toMatchObject({ code: 'calibration-range-unlikely', severity: 'warning' });
    expect(warning?.message).toContain('-5 to 5; pictures become -2.118 to 2.64');
  });
  it('that are pixels of 0 to 1', async () => {
    const [warning] = await judge((...place) => pixel(...place) / 255);
    expect(warning).toMatchObject({ code: 'calibration-range-unlikely' });
    expect(warning?.hint).toContain('pixels of 0 to 1');
  });
});

describe('inputs are refused', () => {
  const scaled: Numbers = (input, channel, at) =>
    pixel(input, channel, at) - 255 * (mean[channel] ?? 0);
  it.each<[string, Numbers, string, string | undefined]>([
    ['of ±1000', (...place) => 8 * pixel(...place) - 1000, '-1000 to 1040', undefined],
    ['of 0 to 255', pixel, '0 to 255', 'They look like pixels of 0 to 255: divide'],
    ['less their mean', scaled, '-123.7 to 151.5', 'of which a mean was subtracted'],
    [
      'normalised without division by 255',
      (input, channel, at) =>
        (pixel(input, channel, at) - (mean[channel] ?? 0)) / (std[channel] ?? 1),
      '-2.118 to 1',
      'without being divided by 255 first',
    ],
    [
      'beyond in one channel',
      (...place) => normal(...place) + (place[1] === 2 ? 9 : 0),
      '',
      undefined,
    ],
  ])('%s', async (_, at, range, hint) => {
    const { message, hint: given } = await expectDiagnostic(
      () => judge(at),
      'calibration-out-of-range',
    );
    expect(message).toContain(`inputs.npy (10 inputs) holds numbers from ${range}`);
    expect(message).toContain('pictures become -2.118 to 2.64');
    if (hint === undefined) expect(given).toContain('Prepare the inputs as');
    else expect(given).toContain(hint);
  });

  it.each<[string, Numbers]>([
    ['zeros', () => 0],
    ['black pictures', (_, channel) => table[channel * 256] as number],
    ['pictures of one colour each', (input) => input / 8],
  ])('that show nothing: %s', async (_, at) => {
    await expectDiagnostic(() => judge(at), 'calibration-constant');
    await expectDiagnostic(() => judge(at, unstated), 'calibration-constant');
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])('with %s', async (odd) => {
    const at: Numbers = (...place) =>
      place[0] === 9 && place[2] === 1023 ? odd : normal(...place);
    const { message } = await expectDiagnostic(
      () => judge(at, unstated),
      'calibration-input-not-finite',
    );
    expect(message).toContain('input 9');
  });
});

describe('pictures that cannot be read', () => {
  const problem = (i: number) =>
    createDiagnostic('image-unreadable', { file: `${i}.jpg`, reason: 'it is empty' });
  const withProblems = async (problems: number): Promise<CalibrationData> => {
    const data = await open(normal);
    const unreadable = () => Array.from({ length: problems }, (_, i) => problem(i));
    return { ...data, images: count, unreadable };
  };

  it('are left out, counted and named where they are a tenth or less', async () => {
    const data = await withProblems(1);
    const facts = await inspectInputs(data);
    refuseUnfit(facts, data, stated);
    const kept = keptFacts(facts, data);
    expect(kept).toMatchObject({ images: 10, unreadable: { count: 1 } });
    const [few, left] = warnOfCalibration(kept, stated);
    expect(few).toMatchObject({ code: 'calibration-few-images', severity: 'warning' });
    expect(few?.message).toContain('10 pictures');
    expect(left).toMatchObject({ code: 'calibration-unreadable-left-out', severity: 'warning' });
    expect(left?.message).toContain('1 of 11 pictures');
    expect(left?.details?.[0]).toContain("'0.jpg'");
    await data.close();
  });

  it('end it where they are more', async () => {
    const data = await withProblems(2);
    const facts = await inspectInputs(data);
    const work = () => refuseUnfit(facts, data, stated);
    const { message, details } = await expectDiagnostic(work, 'calibration-unreadable');
    expect(message).toContain('2 of 12 pictures');
    expect(details).toHaveLength(2);
    await data.close();
  });

  it('are too few from below 100 on', () => {
    const codes = (images: number) =>
      warnOfCalibration({ description: 'x', images }, stated).map(({ code }) => code);
    expect(codes(99)).toEqual(['calibration-few-images']);
    expect(codes(100)).toEqual([]);
  });
});
