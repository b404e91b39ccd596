import { precisionRow } from '../../codegen/precisions.ts';
import type { Precision } from '../../engines/engine.ts';
import { formatPercent } from '../diagnostics/format-percent.ts';

export { formatMs } from '../diagnostics/format-ms.ts';

/** Pictures a second: 23.4, 221, 1840. */
export function formatRate(imagesPerSecond: number): string {
  return imagesPerSecond.toFixed(imagesPerSecond < 99.95 ? 1 : 0);
}

/** Decimals of a percentage: what was counted here, and what others publish. */
const top1Digits = { measured: 2, published: 1 } as const;

/** A top-1 share: 99.75 % where it was measured, 71.0 % as published. */
export function formatTop1(top1: number, origin: keyof typeof top1Digits): string {
  return formatPercent(top1, top1Digits[origin]);
}

/** A change with its sign: +3.1 %, −12.0 %. */
export function formatChange(share: number): string {
  const text = (100 * Math.abs(share)).toFixed(1);
  if (text === '0.0') return '0.0 %';
  return `${share < 0 ? '−' : '+'}${text} %`;
}

export function formatPrecision(precision: Precision): string {
  return precisionRow(precision).title;
}

/** A count with a thousands separator that does not break a line. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, '\u202F');
}

/** 4.09 G, 25.6 M, 512 k. */
export function formatLarge(value: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const unit = units.find(([size]) => value >= size);
  if (!unit) return String(value);
  const scaled = value / unit[0];
  return `${scaled >= 100 ? scaled.toFixed(0) : scaled.toPrecision(3)} ${unit[1]}`;
}
