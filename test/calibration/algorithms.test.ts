import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { algorithmNames } from '../../src/calibration/algorithm-names.ts';
import { chooseRange } from '../../src/calibration/algorithms.ts';
import { Histogram } from '../../src/calibration/histogram.ts';
import { readArrays } from '../helpers/arrays.ts';

const folder = 'test/fixtures/calibration';

interface Expected {
  readonly binWidth: number;
  readonly ranges: Readonly<Record<string, number>>;
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(`${folder}/expected.json`, 'utf8'),
);
const arrays = await readArrays(`${folder}/tensors.npz`);

function arrayOf(name: string): Float32Array {
  const array = arrays.get(name);
  if (!array) throw new Error(`no array ${name}`);
  return float32View(array.bytes);
}

function histogramOf(name: string): Histogram {
  const histogram = new Histogram();
  for (const batch of [0, 1, 2]) histogram.add(arrayOf(`${name}.${batch}`));
  return histogram;
}

describe('entropy', () => {
  it('takes the widest of ranges that lose as little as each other', () => {
    // One filled bin is itself however many bins there are: all candidates lose nothing.
    const counts = new Float64Array(300);
    counts[5] = 1000;
    const histogram = { counts, binWidth: 0.25, largest: 75 };
    expect(chooseRange('entropy', histogram)).toBe(300 * 0.25);
  });
});

/** Computed with numpy and scipy by test/fixtures/calibration/reference.py. */
describe.each(Object.entries(expected))('%s, as numpy and scipy see it', (name, reference) => {
  const histogram = histogramOf(name).read();

  it('has the same histogram', () => {
    expect(histogram.binWidth).toBe(reference.binWidth);
    expect([...histogram.counts]).toEqual([...arrayOf(`${name}.counts`)]);
  });

  it.each(algorithmNames)('has the same range by %s', (algorithm) => {
    const range = reference.ranges[algorithm] ?? Number.NaN;
    expect(chooseRange(algorithm, histogram)).toBeCloseTo(range, 12 - Math.ceil(Math.log10(range)));
  });
});
