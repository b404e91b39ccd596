import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import { toFloat16Bits } from '../../codegen/tensors/float16.ts';
import { compareOutputs } from '../../engines/compare.ts';
import type { Tensor } from '../../engines/engine.ts';
import { unitOf } from '../../engines/logit-unit.ts';
import { topIndices } from '../../engines/ranking.ts';
import { toleranceFor } from '../../engines/tolerances.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { compareFinite } from '../helpers/verdicts.ts';

function logits(rows: readonly (readonly number[])[]): Tensor {
  return {
    dataType: 'float32',
    shape: [rows.length, rows[0]?.length ?? 0],
    bytes: bytesOf(Float32Array.from(rows.flat())),
  };
}

/** Two images of ten classes; the first is sure of class 3, the second nearly torn between 7 and 8. */
const expectedRows = [
  [0, 1, 2, 9, -1, -2, 0, 1, 2, -3],
  [0, 1, -2, 1, -1, -2, 0, 5, 4.9998, -3],
];
const expected = logits(expectedRows);
const changed = (image: number, index: number, value: number): Tensor =>
  logits(expectedRows.map((row, i) => (i === image ? row.with(index, value) : row)));

describe('compareOutputs', () => {
  it('finds equal logits equal', () => {
    const verdict = compareFinite(expected, expected, { precision: 'fp32' });
    expect(verdict).toMatchObject({
      ok: true,
      images: 2,
      classes: 10,
      absoluteError: { max: 0, mean: 0, median: 0, p99: 0 },
      top1Agreement: 1,
      top5Agreement: 1,
      flipCount: 0,
      flips: [],
      nonFinite: { actual: 0, expected: 0 },
    });
    expect(verdict.cosine.min).toBeCloseTo(1, 12);
  });

  it('measures errors in the spread of the expected logits', () => {
    const verdict = compareFinite(changed(0, 5, -1.5), expected, { precision: 'fp16' });
    const all = expectedRows.flat();
    const mean = all.reduce((a, b) => a + b) / all.length;
    const spread = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length);
    expect(verdict.spread).toBeCloseTo(spread, 6);
    expect(verdict.absoluteError.max).toBe(0.5);
    expect(verdict.absoluteError.mean).toBeCloseTo(0.025, 12);
    expect(verdict.relativeError.max).toBeCloseTo(0.5 / spread, 6);
    expect(verdict.worst).toEqual({ image: 0, class: 5 });
    expect(verdict.ok).toBe(false);
    expect(verdict.reason).toMatchInlineSnapshot(
      `"The largest error is 0.17 of the logits' standard deviation (allowed: 0.050)."`,
    );
  });

  it('names the tightest decision', () => {
    const { tightest, spread } = compareFinite(expected, expected, { precision: 'fp32' });
    expect(tightest?.image).toBe(1);
    expect(tightest?.absolute).toBeCloseTo(0.0002, 6);
    expect(tightest?.relative).toBeCloseTo(0.0002 / spread, 6);
  });

  it('tells a tie that fell the other way from a real flip', () => {
    const tie = compareOutputs(changed(1, 8, 5.0001), expected, { precision: 'fp32' });
    expect(tie).toMatchObject({ ok: true, flipCount: 1, realFlipCount: 0, top1Agreement: 0.5 });
    expect(tie.flips).toMatchObject([{ image: 1, expectedClass: 7, actualClass: 8, tie: true }]);
    const real = compareOutputs(changed(0, 8, 9.5), expected, { precision: 'int8' });
    expect(real).toMatchObject({ ok: false, flipCount: 1, realFlipCount: 1 });
    expect(real.flips).toMatchObject([{ image: 0, expectedClass: 3, actualClass: 8, tie: false }]);
    expect(real.reason).toContain('the most likely class of 1 of 2 images changed');
  });

  it.each([
    'fp32',
    'fp16',
    'int8',
  ] as const)('%s: twice the error of single logits is a tie, more is none', (precision) => {
    const { tieError } = toleranceFor(precision, 10);
    const { spread } = compareFinite(expected, expected, { precision });
    const flipTo = (margin: number) => {
      const row = [0, 1, -2, 1, -1, -2, 0, 5, 5 - margin * spread, -3];
      const other = row.with(7, row[8] as number).with(8, 5);
      const rows = (last: readonly number[]) => logits([expectedRows[0] as number[], last]);
      return compareFinite(rows(other), rows(row), { precision });
    };
    expect(flipTo(1.9 * tieError)).toMatchObject({ flipCount: 1, realFlipCount: 0 });
    expect(flipTo(2.1 * tieError)).toMatchObject({ flipCount: 1, realFlipCount: 1 });
  });

  it('allows each precision its own error and says why', () => {
    const slightly = changed(0, 4, -1.02);
    const ok = (precision: 'fp32' | 'fp16' | 'int8') =>
      compareOutputs(slightly, expected, { precision }).ok;
    expect({ fp32: ok('fp32'), fp16: ok('fp16'), int8: ok('int8') }).toEqual({
      fp32: false,
      fp16: true,
      int8: true,
    });
    expect(compareOutputs(slightly, expected, { precision: 'fp16' }).tolerance.reason).toContain(
      'float16',
    );
  });

  it('has a reason in one sentence for the tolerance of each precision', () => {
    for (const precision of ['fp32', 'fp16', 'int8'] as const) {
      const { tolerance } = compareOutputs(expected, expected, { precision });
      expect(tolerance.reason).toMatch(/^[A-Z][^.]*\d[^.]*(\.\d[^.]*)?\.$/);
    }
  });

  it('takes another tolerance in place of the precision’s', () => {
    const tolerance = { maxError: 1, flipShare: 0, tieError: 1, reason: 'A test.' };
    expect(compareOutputs(changed(0, 5, -1.5), expected, { precision: 'fp32', tolerance }).ok).toBe(
      true,
    );
  });

  it('fails int8 logits that point another way', () => {
    const verdict = compareFinite(changed(0, 0, 4), expected, { precision: 'int8' });
    expect(verdict.ok).toBe(false);
    expect(verdict.reason).toMatch(/^An image's cosine is 0\.9\d+ \(at least 0\.99\)\.$/);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])('fails on %f, with no figure of agreement', (value) => {
    const broken = changed(1, 2, value);
    for (const precision of ['fp32', 'fp16', 'int8'] as const) {
      const verdict = compareOutputs(broken, expected, { precision });
      expect(verdict).toMatchObject({ ok: false, nonFinite: { actual: 1, expected: 0 } });
      expect(verdict.reason).toBe('1 of 20 logits are NaN or infinite.');
      const swapped = compareOutputs(expected, broken, { precision });
      expect(swapped).toMatchObject({ ok: false, nonFinite: { actual: 0, expected: 1 } });
      expect(swapped.reason).toBe('1 of the 20 expected logits are NaN or infinite.');
      // Two that are broken alike do not agree.
      const both = compareOutputs(broken, broken, { precision });
      expect(both).toMatchObject({ ok: false, nonFinite: { actual: 1, expected: 1 } });
      for (const each of [verdict, swapped, both]) {
        expect(Object.keys(each).sort()).toEqual(
          ['classes', 'images', 'nonFinite', 'ok', 'precision', 'reason', 'tolerance'].sort(),
        );
      }
    }
  });

  it('reads float16 and float64 as well', () => {
    const values = expectedRows.flat();
    const half: Tensor = {
      ...expected,
      dataType: 'float16',
      bytes: bytesOf(Uint16Array.from(values, toFloat16Bits)),
    };
    const double: Tensor = {
      ...expected,
      dataType: 'float64',
      bytes: new Uint8Array(Float64Array.from(values).buffer),
    };
    expect(compareFinite(half, double, { precision: 'fp16' }).relativeError.max).toBeLessThan(1e-3);
  });

  it('reads bytes that are not aligned', () => {
    const padded = new Uint8Array(expected.bytes.length + 1);
    padded.set(expected.bytes, 1);
    const shifted = { ...expected, bytes: padded.subarray(1) };
    expect(compareFinite(shifted, expected, { precision: 'fp32' }).absoluteError.max).toBe(0);
  });

  it('takes logits that are all equal, all zero, or of one class', () => {
    const same = logits([[0.1, 0.1, 0.1]]);
    expect(compareOutputs(same, same, { precision: 'fp32' }).spread).toBeCloseTo(0.1, 6);
    const zero = logits([[0, 0]]);
    expect(compareOutputs(zero, zero, { precision: 'int8' })).toMatchObject({
      ok: true,
      spread: 1,
    });
    const single = logits([[2], [3]]);
    const verdict = compareFinite(single, single, { precision: 'fp32' });
    expect(verdict.ok).toBe(true);
    expect(verdict.tightest).toBeUndefined();
  });

  it('gives all figures in both units', () => {
    const errors = [0.5, -0.25, 0, 0.125, 0, 0, 0, 0, 0, 0];
    const row = expectedRows[0] ?? [];
    const one = logits([row]);
    const verdict = compareFinite(logits([row.map((x, i) => x + (errors[i] ?? 0))]), one, {
      precision: 'int8',
    });
    expect(verdict.absoluteError).toEqual({ max: 0.5, mean: 0.0875, median: 0, p99: 0.5 });
    const half = compareFinite(logits([row.map((x) => x + 0.5)]), one, { precision: 'int8' });
    expect(half.absoluteError).toEqual({ max: 0.5, mean: 0.5, median: 0.5, p99: 0.5 });
    const each = 0.5 / half.spread;
    for (const figure of Object.values(half.relativeError)) expect(figure).toBeCloseTo(each, 12);
  });

  it('allows what is just at the limit, and nothing beyond', () => {
    const actual = changed(0, 4, -1.5);
    const base = { flipShare: 0, tieError: 0.1, reason: 'A test.' };
    const judged = (limits: object) =>
      compareFinite(actual, expected, { precision: 'fp32', tolerance: { ...base, ...limits } });
    const { relativeError, cosine } = judged({});
    const less = 1 - 2 ** -50;
    expect(judged({ maxError: relativeError.max }).ok).toBe(true);
    expect(judged({ maxError: relativeError.max * less }).ok).toBe(false);
    expect(judged({ meanError: relativeError.mean }).ok).toBe(true);
    expect(judged({ meanError: relativeError.mean * less }).ok).toBe(false);
    expect(judged({ minCosine: cosine.min }).ok).toBe(true);
    expect(judged({ minCosine: cosine.min / less }).ok).toBe(false);
  });

  it('says in one sentence what was found, all of it', () => {
    const reasonOf = (actual: Tensor, tolerance: object) =>
      compareFinite(actual, expected, {
        precision: 'fp32',
        tolerance: { flipShare: 0, tieError: 0, reason: 'A test.', ...tolerance },
      }).reason;
    expect(reasonOf(expected, { maxError: 0 })).toBe(
      "The largest error is 0 of the logits' standard deviation, the least cosine 1.000000.",
    );
    expect(reasonOf(changed(0, 4, -1.5), { maxError: 0.1, meanError: 0.001 })).toBe(
      "The largest error is 0.17 of the logits' standard deviation (allowed: 0.10); the mean error is 0.0087 of the logits' standard deviation (allowed: 0.0010).",
    );
    // Errors of tens of deviations keep their zeros.
    expect(reasonOf(changed(0, 3, 9 + 29), { maxError: 20 })).toMatch(
      /^The largest error is 10 of the logits' standard deviation, the least cosine 0\.9\d{5}\.$/,
    );
    expect(reasonOf(changed(0, 3, 9 + 58), { maxError: 10 })).toBe(
      "The largest error is 20 of the logits' standard deviation (allowed: 10).",
    );
  });

  it('measures the direction of each image', () => {
    const axes = logits([
      [1, 0],
      [0, 0],
      [0, 2],
      [3, 0],
    ]);
    const turned = logits([
      [0, 1],
      [0, 0],
      [0, 0],
      [3, 3],
    ]);
    const { cosine } = compareFinite(turned, axes, { precision: 'int8' });
    expect(cosine.min).toBe(0);
    // 0 at a right angle, 1 where both are zeros, 0 where one is, √½ at half a right angle.
    expect(cosine.mean).toBeCloseTo((0 + 1 + 0 + Math.SQRT1_2) / 4, 12);
    expect(compareFinite(axes, turned, { precision: 'int8' }).cosine).toEqual(cosine);
  });

  it('refuses to judge no images', () => {
    const none: Tensor = { dataType: 'float32', shape: [0, 10], bytes: new Uint8Array() };
    expect(() => compareFinite(none, none, { precision: 'fp32' })).toThrow(DiagnosticError);
  });

  it('lets one int8 image in a hundred change its mind, not two', () => {
    const rows = Array.from({ length: 100 }, () => expectedRows[0] ?? []);
    const flipped = (count: number) =>
      logits(rows.map((row, i) => (i < count ? row.with(8, 9.5) : row)));
    const judged = (count: number) =>
      compareFinite(flipped(count), logits(rows), { precision: 'int8' });
    expect(judged(1)).toMatchObject({ realFlipCount: 1, images: 100 });
    expect(judged(1).reason).not.toContain('most likely class');
    expect(judged(2).reason).toContain('the most likely class of 2 of 100 images changed');
  });

  it('counts all flips and names the first twenty', () => {
    const rows = Array.from({ length: 30 }, () => expectedRows[0] ?? []);
    const flipped = logits(rows.map((row) => row.with(8, 9.5)));
    const verdict = compareFinite(flipped, logits(rows), { precision: 'fp32' });
    expect(verdict.flipCount).toBe(30);
    expect(verdict.flips.map(({ image }) => image)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  it('calls a flip a tie up to twice the error of a logit', () => {
    const actual = changed(0, 8, 9.5);
    const judged = (tieError: number) =>
      compareFinite(actual, expected, {
        precision: 'fp32',
        tolerance: { flipShare: 0, tieError, reason: 'A test.' },
      });
    const margin = judged(0).flips[0]?.margin ?? 0;
    expect(margin).toBeCloseTo(7 / judged(0).spread, 12);
    expect(judged(margin / 2).realFlipCount).toBe(0);
    expect(judged((margin / 2) * (1 - 2 ** -50)).realFlipCount).toBe(1);
  });

  it('counts which of the five most likely classes stayed', () => {
    // Of 3, 2, 8, 1 and 7 in the first image, 2 and 8 fall behind 0 and 4.
    const actual = logits([[3, 1, -9, 9, 3, -2, 0, 1, -9, -3], expectedRows[1] ?? []]);
    const verdict = compareFinite(actual, expected, { precision: 'fp32' });
    expect(verdict.top5Agreement).toBeCloseTo((3 / 5 + 1) / 2, 12);
  });

  it('names the first of the tightest decisions', () => {
    const close = [0, 0.5];
    const far = [0, 2];
    const tightestOf = (rows: readonly (readonly number[])[]) =>
      compareFinite(logits(rows), logits(rows), { precision: 'fp32' }).tightest?.image;
    expect(tightestOf([far, close, far])).toBe(1);
    expect(tightestOf([far, close, close])).toBe(1);
  });

  it.each([
    [
      [2, 10],
      [1, 20],
    ],
    [[20], [20]],
    [
      [2, 10],
      [2, 10, 1],
    ],
  ])('refuses shapes %j and %j', (a, b) => {
    const make = (shape: number[]): Tensor => ({ ...expected, shape });
    expect(() => compareFinite(make(a), make(b), { precision: 'fp32' })).toThrow(DiagnosticError);
  });

  it('judges any logits without contradicting itself', () => {
    const value = fc.float({ min: -50, max: 50, noNaN: true });
    const rows = fc.array(fc.array(value, { minLength: 7, maxLength: 7 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        rows,
        fc.float({ min: Math.fround(-0.5), max: 0.5, noNaN: true }),
        (base, shift) => {
          const verdict = compareFinite(
            logits(base.map((row, i) => (i === 0 ? row.with(0, (row[0] as number) + shift) : row))),
            logits(base),
            { precision: 'fp32' },
          );
          expect(verdict.realFlipCount).toBeLessThanOrEqual(verdict.flipCount);
          expect(verdict.top1Agreement).toBeCloseTo(1 - verdict.flipCount / base.length, 12);
          expect(verdict.absoluteError.mean).toBeLessThanOrEqual(verdict.absoluteError.max);
          expect(verdict.ok).toBe(verdict.relativeError.max <= 2e-4);
          // An error within the tolerance flips nothing but ties.
          if (verdict.ok) expect(verdict.realFlipCount).toBe(0);
        },
      ),
    );
  });
});

describe('unitOf', () => {
  const of = (values: readonly number[], classes: number, terms?: number) =>
    unitOf(Float64Array.from(values), classes, terms).size;

  it('is the deviation of many classes, whatever their terms', () => {
    const values = [3, -3, 3, -3, 3, -3, 3, -3];
    expect(of(values, 8)).toBe(3);
    expect(of(values, 8, 100)).toBe(3);
    expect(unitOf(Float64Array.from(values), 8).name).toBe("the logits' standard deviation");
  });

  it('is the size of the terms of few, where their deviation is less', () => {
    expect(of([0.5312, 0.5309], 1, 2)).toBe(2);
    expect(of([0.001], 1, 2)).toBe(2);
    expect(of([7, 7.0001], 2, 2)).toBe(2);
    expect(of([7, -7], 2, 2)).toBe(7);
    expect(unitOf(Float64Array.of(7), 1, 2).name).toBe("the size of the logits' terms");
  });

  it('is the size of few logits themselves where their terms are not known, and never 0', () => {
    expect(of([0.5, 0.5], 2)).toBe(0.5);
    expect(of([3, 4, 3, 4], 1)).toBeCloseTo(Math.sqrt(12.5), 12);
    for (const classes of [1, 2, 1000]) expect(of([0, 0], classes)).toBe(1);
  });
});

describe('int8 logits of few classes', () => {
  const judge = (actual: number, termSize: number) =>
    compareFinite(logits([[actual]]), logits([[0.1]]), { precision: 'int8', termSize });

  it('are judged by their errors: a cosine of one number is its sign', () => {
    expect(judge(-0.1, 2)).toMatchObject({ ok: true, cosine: { min: -1 } });
    expect(judge(1.1, 2)).toMatchObject({ ok: false, cosine: { min: 1 } });
    expect(judge(1.1, 2).reason).toBe(
      "The largest error is 0.50 of the size of the logits' terms (allowed: 0.40).",
    );
  });
});

describe('topIndices', () => {
  it('agrees with a sort, equal values in order, NaN last', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        (values, k) => {
          const rank = (x: number) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x);
          const sorted = values
            .map((x, index) => ({ x: rank(x), index }))
            .sort((a, b) => (a.x === b.x ? a.index - b.index : b.x - a.x));
          const expectedTop = sorted.slice(0, k).map(({ index }) => index);
          expect(topIndices(Float64Array.from(values), k)).toEqual(expectedTop);
        },
      ),
    );
  });
});
