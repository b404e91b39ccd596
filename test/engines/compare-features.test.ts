import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import { compareFeatures } from '../../engines/compare-features.ts';
import type { Tensor } from '../../engines/engine.ts';
import { compareNeighbours } from '../../engines/neighbours.ts';

function tensor(rows: readonly (readonly number[])[]): Tensor {
  const bytes = bytesOf(Float32Array.from(rows.flat()));
  return { dataType: 'float32', shape: [rows.length, rows[0]?.length ?? 0], bytes };
}

/** Vectors at these angles, in degrees. */
const at = (angles: readonly number[], length = 1): readonly (readonly number[])[] =>
  angles.map((degrees) => {
    const radians = (degrees * Math.PI) / 180;
    return [length * Math.cos(radians), length * Math.sin(radians)];
  });

describe('features', () => {
  const options = { precision: 'fp32', kind: 'features' } as const;

  it('are judged by the error of an image over its size, never by the largest number', () => {
    const expected = tensor([
      [3, 4],
      [30, 40],
    ]);
    const verdict = compareFeatures(
      tensor([
        [3, 4],
        [30, 41],
      ]),
      expected,
      options,
    );
    expect(verdict.features?.relativeError.max).toBeCloseTo(1 / 50, 12);
    expect(verdict.features?.worstImage).toBe(1);
    expect(verdict.ok).toBe(false);
    expect(verdict.reason).toBe(
      'The error of image 1 is 0.020 of the size of its numbers (allowed: 1.0e-4).',
    );
    expect(compareFeatures(expected, expected, options).ok).toBe(true);
    // Another largest number is nothing where both are near.
    const near = tensor([[1, 1 + 5e-5]]);
    expect(compareFeatures(near, tensor([[1 + 5e-5, 1]]), options).ok).toBe(true);
  });

  it('pass or fail by the bound of the precision', () => {
    const errors = { fp32: 1e-4, fp16: 0.03, int8: 0.25, fp8: 0.25 } as const;
    for (const [precision, bound] of Object.entries(errors)) {
      const judged = (share: number) =>
        compareFeatures(tensor([[1 + share]]), tensor([[1]]), {
          precision: precision as keyof typeof errors,
          kind: 'features',
        }).ok;
      expect([precision, judged(bound * 0.9), judged(bound * 1.1)]).toEqual([
        precision,
        true,
        false,
      ]);
    }
  });

  it('that are no numbers fail', () => {
    const verdict = compareFeatures(tensor([[Number.NaN]]), tensor([[1]]), options);
    expect(verdict.ok).toBe(false);
    expect(verdict.reason).toBe('1 of 1 numbers are NaN or infinite.');
  });
});

describe('embeddings', () => {
  const options = { precision: 'int8', kind: 'embedding' } as const;

  it('may have another length, not another direction', () => {
    const expected = tensor(at([0, 30, 80]));
    expect(compareFeatures(tensor(at([0, 30, 80], 5)), expected, options).ok).toBe(true);
    const turned = compareFeatures(tensor(at([0, 50, 80])), expected, options);
    expect(turned.reason).toBe(
      "An image's cosine is 0.939693 (at least 0.97); 1 of 3 pairs of neighbours changed their order, and not for a tie.",
    );
  });

  it('keep the order of neighbours but for ties', () => {
    // Seen from 40°, the neighbours 0° and 70° lie 40 and 30 degrees away: 12 degrees more turn their order round.
    const expected = tensor(at([40, 0, 70]));
    const verdict = compareFeatures(tensor(at([40, 0, 82])), expected, options);
    expect(verdict.features?.neighbours).toMatchObject({ pairs: 3, swapped: 1, realSwaps: 0 });
    expect(verdict.ok).toBe(true);
    const strict = compareFeatures(tensor(at([40, 0, 82])), expected, {
      ...options,
      tolerance: { maxRelativeError: 1, minCosine: 0.97, tie: 0.05, reason: '' },
    });
    expect(strict.ok).toBe(false);
  });
});

interface Image {
  readonly actual: Float64Array;
  readonly expected: Float64Array;
}

function dot(u: Float64Array, v: Float64Array): number {
  return u.reduce((sum, value, i) => sum + value * (v[i] ?? 0), 0);
}

function cosine(x: Float64Array, y: Float64Array): number {
  const [xx, yy] = [dot(x, x), dot(y, y)];
  if (xx === 0 && yy === 0) return 1;
  return xx === 0 || yy === 0 ? 0 : dot(x, y) / (Math.sqrt(xx) * Math.sqrt(yy));
}

/** Counted over all triples: an image, its nearer and its farther neighbour. */
function countSwaps(images: readonly Image[], tie: number) {
  const triples = images.flatMap((q) =>
    images.flatMap((n) => images.flatMap((f) => (q === n || q === f ? [] : [{ q, n, f }]))),
  );
  const ordered = triples.map(({ q, n, f }) => ({
    margin: cosine(q.expected, n.expected) - cosine(q.expected, f.expected),
    kept: cosine(q.actual, n.actual) > cosine(q.actual, f.actual),
  }));
  const pairs = ordered.filter(({ margin }) => margin > 0);
  const swapped = pairs.filter(({ kept }) => !kept);
  const realSwaps = swapped.filter(({ margin }) => margin > tie).length;
  return { pairs: pairs.length, swapped: swapped.length, realSwaps };
}

describe('the order of neighbours', () => {
  const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 });
  const image = fc.record({ actual: vector, expected: vector }).map(({ actual, expected }) => ({
    actual: Float64Array.from(actual),
    expected: Float64Array.from(expected),
  }));
  const images = fc.array(image, { minLength: 3, maxLength: 7 });

  it('is that of each pair, by counting them one by one', () => {
    const tie = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(images, tie, (given, margin) => {
        expect(compareNeighbours(given, margin)).toMatchObject(countSwaps(given, margin));
      }),
      { numRuns: 100 },
    );
  });
});
