import { ownValue } from '../../../src/collections/own-value.ts';
import type { MetricName, MetricSummary } from './report.ts';

const number = String.raw`-?(?:\d+(?:[.,]\d+)?(?:e[+-]?\d+)?|inf|nan)`;

/** Reads a number as C++ streams print it: `27207`, `5.3e-05`, `inf`, `-nan`; a decimal comma is a locale's. */
export function parseNumber(text: string): number {
  if (/inf/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /nan/.test(text) ? Number.NaN : Number(text.replace(',', '.'));
}

const metricNames: Readonly<Record<string, MetricName>> = {
  Latency: 'latency',
  'Enqueue Time': 'enqueue',
  'H2D Latency': 'h2d',
  'GPU Compute Time': 'gpuCompute',
  'D2H Latency': 'd2h',
};

const metricPattern = new RegExp(
  `^(${Object.keys(metricNames).join('|')}): min = (${number}) ms, max = (${number}) ms, mean = (${number}) ms, ` +
    `median = (${number}) ms((?:, percentile\\(${number}%\\) = ${number} ms)*)$`,
);
const percentilePattern = new RegExp(`percentile\\((${number})%\\) = (${number}) ms`, 'g');

/** A line such as `GPU Compute Time: min = 1.1 ms, …`, only if it is whole: half a line gives no figure. */
export function parseMetric(text: string): { name: MetricName; metric: MetricSummary } | undefined {
  const [, label = '', min, max, mean, median, percentiles = ''] = metricPattern.exec(text) ?? [];
  const name = ownValue(metricNames, label);
  if (!name || !min || !max || !mean || !median) return undefined;
  const percentilesMs = new Map(
    [...percentiles.matchAll(percentilePattern)].map(([, p = '', value = '']) => [
      parseNumber(p),
      parseNumber(value),
    ]),
  );
  const [minMs, maxMs, meanMs, medianMs] = [min, max, mean, median].map(parseNumber) as [
    number,
    number,
    number,
    number,
  ];
  return { name, metric: { minMs, maxMs, meanMs, medianMs, percentilesMs } };
}

/** Builds a reader of a whole line that holds one number: `quantity('Throughput: # qps')`. */
export function quantity(form: string): (text: string) => number | undefined {
  const escaped = form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replace('#', `(${number})`);
  const pattern = new RegExp(`^${escaped}$`);
  return (text) => {
    const [, value] = pattern.exec(text) ?? [];
    return value === undefined ? undefined : parseNumber(value);
  };
}
