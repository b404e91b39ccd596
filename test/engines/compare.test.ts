import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../codegen/weights/float-bytes.ts';
import { toFloat16Bits } from '../../codegen/weights/float16.ts';
import { compareOutputs } from '../../engines/compare.ts';
import type { Tensor } from '../../engines/engine.ts';
import { topIndices } from '../../engines/ranking.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';

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
    const verdict = compareOutputs(expected, expected, { precision: 'fp32' });
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
    const verdict = compareOutputs(changed(0, 5, -1.5), expected, { precision: 'fp16' });
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
      `"The largest error is 0.17 of the logits' standard deviation (allowed: 0.05)."`,
    );
  });

  it('names the tightest decision', () => {
    const { tightest, spread } = compareOutputs(expected, expected, { precision: 'fp32' });
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

  it('takes another tolerance in place of the precision’s', () => {
    const tolerance = { maxError: 1, flipShare: 0, tieError: 1, reason: 'A test.' };
    expect(compareOutputs(changed(0, 5, -1.5), expected, { precision: 'fp32', tolerance }).ok).toBe(
      true,
    );
  });

  it('fails int8 logits that point another way', () => {
    const verdict = compareOutputs(changed(0, 0, 4), expected, { precision: 'int8' });
    expect(verdict.ok).toBe(false);
    expect(verdict.reason).toMatch(/^An image's cosine is 0\.9\d+ \(at least 0\.99\)\.$/);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])('fails on %f', (value) => {
    for (const precision of ['fp32', 'fp16', 'int8'] as const) {
      const verdict = compareOutputs(changed(1, 2, value), expected, { precision });
      expect(verdict).toMatchObject({ ok: false, nonFinite: { actual: 1, expected: 0 } });
      expect(verdict.reason).toMatch(/^1 logits are NaN or infinite/);
      const swapped = compareOutputs(expected, changed(1, 2, value), { precision });
      expect(swapped).toMatchObject({ ok: false, nonFinite: { actual: 0, expected: 1 } });
      expect(swapped.reason).toMatch(/^1 of the expected logits are NaN or infinite/);
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
    expect(compareOutputs(half, double, { precision: 'fp16' }).relativeError.max).toBeLessThan(
      1e-3,
    );
  });

  it('reads bytes that are not aligned', () => {
    const padded = new Uint8Array(expected.bytes.length + 1);
    padded.set(expected.bytes, 1);
    const shifted = { ...expected, bytes: padded.subarray(1) };
    expect(compareOutputs(shifted, expected, { precision: 'fp32' }).absoluteError.max).toBe(0);
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
    const verdict = compareOutputs(single, single, { precision: 'fp32' });
    expect(verdict.ok).toBe(true);
    expect(verdict.tightest).toBeUndefined();
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
    expect(() => compareOutputs(make(a), make(b), { precision: 'fp32' })).toThrow(DiagnosticError);
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
          const verdict = compareOutputs(
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
