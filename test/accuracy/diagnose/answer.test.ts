import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../../codegen/tensors/float-bytes.ts';
import { encodeNpy } from '../../../codegen/weights/formats/npy.ts';
import {
  parseGotClass,
  probabilitiesOf,
  readGotLogits,
  relativeDistance,
} from '../../../src/accuracy/diagnose/answer.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-answer-'));
afterAll(() => rmSync(folder, { recursive: true }));

function writeNpy(values: readonly number[], shape: readonly number[]): string {
  const path = join(folder, 'answer.npy');
  const bytes = bytesOf(Float32Array.from(values));
  writeFileSync(path, encodeNpy({ dataType: 'float32', shape, bytes }));
  return path;
}

describe('a class', () => {
  const labels = ['tench', 'goldfish', '7'];
  it.each([
    ['0', 0],
    ['2', 2],
    ['goldfish', 1],
  ])('%s', (text, number) => {
    expect(parseGotClass(text, 3, labels)).toEqual({ kind: 'class', class: number });
  });
  it.each(['3', '-1', '1.5', 'shark', ''])('is not %j', (text) => {
    expect(() => parseGotClass(text, 3, labels)).toThrow('diagnose-class');
  });
  it('has a hint for a slip', () => {
    try {
      parseGotClass('goldfsh', 3, labels);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      expect(error.diagnostics[0]?.hint).toBe("Did you mean 'goldfish'?");
    }
  });
});

describe('logits', () => {
  it.each([[[3]], [[1, 3]]])('of one picture, %j', async (shape) => {
    const got = await readGotLogits(writeNpy([1, 2.5, -3], shape), 3);
    expect(got).toEqual({ kind: 'logits', values: Float64Array.of(1, 2.5, -3) });
  });
  it.each([[[6]], [[2, 3]], [[3, 1]]])('not of shape %j', async (shape) => {
    const values = new Array(shape.reduce((a, b) => a * b)).fill(1);
    await expect(readGotLogits(writeNpy(values, shape), 3)).rejects.toThrow('diagnose-logits');
  });
  it('not of NaN', async () => {
    const path = writeNpy([1, Number.NaN, 0], [3]);
    await expect(readGotLogits(path, 3)).rejects.toThrow('diagnose-not-finite');
  });
});

describe('relativeDistance', () => {
  const logits = Float64Array.of(4, 1, -2, 0.5);
  it('is 0 for the same, also with something added to all, also as probabilities', () => {
    expect(relativeDistance(logits, logits)).toBe(0);
    expect(
      relativeDistance(
        logits,
        logits.map((value) => value + 9),
      ),
    ).toBeLessThan(1e-12);
    expect(relativeDistance(logits, probabilitiesOf(logits))).toBeLessThan(1e-12);
    expect(relativeDistance(probabilitiesOf(logits), logits)).toBeLessThan(1e-12);
  });
  it('is in standard deviations of the answer', () => {
    // The deviation of 1, −1, 1, −1 is 1; a constant added to all does not count.
    const got = Float64Array.of(1, -1, 1, -1);
    const moved = Float64Array.of(1.1, -1.1, 1.1, -1.1);
    expect(relativeDistance(moved, got)).toBeGreaterThan(0.09);
    expect(relativeDistance(moved, got)).toBeLessThan(0.2);
  });
  it('does not mind probabilities that are cut to 0', () => {
    const wide = Float64Array.of(80, 0, -80);
    const cut = Float64Array.of(1, 0, 0);
    expect(relativeDistance(wide, cut)).toBeLessThan(1e-6);
  });
  it('is infinite where an answer is no number', () => {
    expect(relativeDistance(Float64Array.of(Number.NaN, 1, 2, 3), logits)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
