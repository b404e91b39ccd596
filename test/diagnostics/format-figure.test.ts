import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatFigure } from '../../src/diagnostics/format-figure.ts';
import { formatMs } from '../../src/diagnostics/format-ms.ts';

it('a figure has one form for each size', () => {
  const figures = [0, 0.0000011, 7.6e-7, 0.00099, 0.0013, 0.002, 0.5, 12, 1234, 2_500_000];
  expect(figures.map((figure) => formatFigure(figure))).toEqual([
    '0',
    '1.1e-6',
    '7.6e-7',
    '9.9e-4',
    '0.0013',
    '0.0020',
    '0.50',
    '12',
    '1200',
    '2.5e6',
  ]);
});

it('a figure says what it is, to its digits', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), (value) => {
      expect(Math.abs(Number(formatFigure(value)) / value - 1)).toBeLessThan(0.051);
    }),
  );
});

it('milliseconds are never none where something took time', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e5, noNaN: true }), (ms) => {
      expect(Number(formatMs(ms))).toBeGreaterThan(0);
    }),
  );
});
