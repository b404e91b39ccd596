/* What was measured of the precisions stands in bench/README.md as printed, and reaches what is asked of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CalibrationRow, calibrationTable } from '../../bench/calibration.ts';
import { markdownTable } from '../../bench/markdown-table.ts';
import {
  type PrecisionConversionRow,
  precisionConversionTable,
} from '../../bench/precision-conversion.ts';
import { type PrecisionRow, precisionTable } from '../../bench/precisions.ts';

function readRows<Row>(part: string): readonly Row[] {
  return JSON.parse(readFileSync(`bench/results/${part}.json`, 'utf8')).rows;
}

const page = readFileSync('bench/README.md', 'utf8');

describe('precisions', () => {
  const rows = readRows<PrecisionRow>('precisions');
  const of = (form: string): PrecisionRow => {
    const row = rows.find((each) => each.form === form);
    if (!row) throw new Error(`${form} was not measured`);
    return row;
  };
  const peers = rows.filter(({ form }) => form.startsWith('quantize_static'));

  it('stand in the page', () => expect(page).toContain(markdownTable(precisionTable(rows))));

  it('int8 is at least 2.2 times as fast as fp32, and but for noise no slower than onnxruntime’s own', () => {
    expect(peers).toHaveLength(2);
    for (const [batch, { faster }] of of('rcc int8').latency.entries()) {
      expect(faster).toBeGreaterThanOrEqual(2.2);
      for (const peer of peers)
        expect(faster).toBeGreaterThanOrEqual(0.97 * (peer.latency[batch]?.faster ?? 0));
    }
  });

  it('int8 is no less accurate than onnxruntime’s own', () => {
    for (const peer of peers) {
      expect(of('rcc int8').made.error).toBeLessThanOrEqual(peer.made.error);
      expect(of('rcc int8').trained.top1).toBeGreaterThanOrEqual(peer.trained.top1);
    }
  });

  it('fp16 is half of fp32', () => expect(of('rcc fp16').sizeShare).toBeCloseTo(0.5, 2));
});

it('conversions to a lower precision stay within twice fp32’s time and 160 MB', () => {
  const rows = readRows<PrecisionConversionRow>('precision-conversion');
  expect(page).toContain(markdownTable(precisionConversionTable(rows)));
  for (const { ratio, peakBytes } of rows) {
    expect(ratio).toBeLessThanOrEqual(2);
    expect(peakBytes).toBeLessThanOrEqual(160e6);
  }
});

it('calibration stays within 2.5 times plain inference, its memory not growing with the pictures', () => {
  const rows = readRows<CalibrationRow>('calibration');
  expect(page).toContain(markdownTable(calibrationTable(rows)));
  const entropy = rows.filter(({ work }) => work === 'entropy');
  const [many, few] = entropy.toSorted((a, b) => b.images - a.images);
  expect(many?.ratio).toBeLessThanOrEqual(2.5);
  expect(many?.peakBytes).toBeLessThanOrEqual(1.2 * (few?.peakBytes ?? 0));
});
