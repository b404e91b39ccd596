import { writeFileSync } from 'node:fs';
import { log } from './console.ts';
import { orderOf, type Release } from './release.ts';

/** Times of one pretended query, in milliseconds. */
interface Query {
  readonly enqueueMs: number;
  readonly h2dMs: number;
  readonly computeMs: number;
  readonly d2hMs: number;
  readonly latencyMs: number;
}

/** As C++ streams print it: six significant digits. */
const six = (value: number) => String(Number(value.toPrecision(6)));

/**
 * Invented times: a fixed sum for each batch with a fixed pattern of jitter. Nothing was run to find them, and the output says so.
 */
export function inventQueries(
  batch: number,
  { least, leastMs }: { least: number; leastMs: number },
  choice: { transfers: boolean; jitter: number },
): Query[] {
  const count = Math.max(least, Math.ceil(leastMs / (0.75 + 0.25 * batch)));
  return Array.from({ length: count }, (_, i) => {
    const wave = Math.SQRT2 * Math.sin(i * 2.399963);
    const computeMs = (0.75 + 0.25 * batch) * (1 + choice.jitter * wave);
    const copyMs = choice.transfers ? 0.05 * batch : 0;
    const d2hMs = choice.transfers ? 0.005 : 0;
    return {
      enqueueMs: 0.1,
      h2dMs: copyMs,
      computeMs,
      d2hMs,
      latencyMs: copyMs + computeMs + d2hMs,
    };
  });
}

function metricLine(
  label: string,
  values: readonly number[],
  percentiles: readonly number[],
): string {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const at = (index: number) => six(sorted[Math.min(Math.max(index, 0), n - 1)] ?? 0);
  const mean = six(sorted.reduce((sum, value) => sum + value, 0) / n);
  const rest = percentiles.map(
    (p) => `, percentile(${p}%) = ${at(n - 1 - Math.floor(((100 - p) * n) / 100))} ms`,
  );
  return (
    `${label}: min = ${at(0)} ms, max = ${at(n - 1)} ms, mean = ${mean} ms, ` +
    `median = ${at(n >> 1)} ms${rest.join('')}`
  );
}

/** The performance report as releases from 8.5 print it. */
export function printSummary(
  queries: readonly Query[],
  choice: { percentiles: readonly number[]; streams: number; release: Release },
): void {
  const { percentiles, release, streams } = choice;
  const totalS = queries.reduce((sum, query) => sum + query.latencyMs, 0) / 1000;
  const computeS = queries.reduce((sum, query) => sum + query.computeMs, 0) / 1000;
  log('I', `Warmup completed 10 queries over 200 ms`);
  log('I', `Timing trace has ${queries.length} queries over ${six(totalS)} s`);
  log('I', '');
  log('I', '=== Trace details ===');
  log('I', 'Trace averages of 10 runs:');
  for (let i = 0; i + 10 <= queries.length; i += 10) {
    if (i >= 50 && release.order >= orderOf('9.1.0')) {
      log('I', `... Omitting ${Math.floor((queries.length - i) / 10)} lines`);
      break;
    }
    const ten = queries.slice(i, i + 10);
    const mean = (pick: (query: Query) => number) =>
      six(ten.reduce((sum, query) => sum + pick(query), 0) / 10);
    log(
      'I',
      `Average on 10 runs - GPU latency: ${mean((q) => q.computeMs)} ms - Host latency: ${mean((q) => q.latencyMs)} ms (enqueue ${mean((q) => q.enqueueMs)} ms)`,
    );
  }
  log('I', '');
  log('I', '=== Performance summary ===');
  log('I', `Throughput: ${six((queries.length / totalS) * streams)} qps`);
  const series: readonly (readonly [string, (query: Query) => number])[] = [
    ['Latency', (q) => q.latencyMs],
    ['Enqueue Time', (q) => q.enqueueMs],
    ['H2D Latency', (q) => q.h2dMs],
    ['GPU Compute Time', (q) => q.computeMs],
    ['D2H Latency', (q) => q.d2hMs],
  ];
  for (const [label, pick] of series) log('I', metricLine(label, queries.map(pick), percentiles));
  log('I', `Total Host Walltime: ${six(totalS)} s`);
  log('I', `Total GPU Compute Time: ${six(computeS)} s`);
  log('W', '* Stand-in of the tests: nothing ran on a GPU, every figure here is invented.');
  log('I', 'Explanations of the performance metrics are printed in the verbose logs.');
  log('I', '');
}

export function exportTimes(path: string, queries: readonly Query[]): void {
  let atMs = 200;
  const objects = queries.map((q) => {
    const start = atMs;
    atMs += q.latencyMs;
    const points = [start, start + q.enqueueMs, start, start + q.h2dMs];
    const more = [
      start + q.h2dMs,
      start + q.h2dMs + q.computeMs,
      start + q.h2dMs + q.computeMs,
      atMs,
    ];
    const names = ['startEnqMs', 'endEnqMs', 'startH2dMs', 'endH2dMs'];
    const moreNames = ['startComputeMs', 'endComputeMs', 'startD2hMs', 'endD2hMs'];
    const fields = [
      ...names.map((name, i) => `"${name}" : ${six(points[i] ?? 0)}`),
      ...moreNames.map((name, i) => `"${name}" : ${six(more[i] ?? 0)}`),
      `"h2dMs" : ${six(q.h2dMs)}, "computeMs" : ${six(q.computeMs)}, "d2hMs" : ${six(q.d2hMs)}, "latencyMs" : ${six(q.latencyMs)}`,
    ];
    return `{ ${fields.join(', ')} }`;
  });
  const text = `[\n  ${objects.join(',\n  ')}\n]\n`;
  const broken = process.env.STAND_IN_TIMES;
  if (broken === 'cut') writeFileSync(path, text.slice(0, text.length / 2));
  else if (broken === 'nan')
    writeFileSync(path, text.replace(/"latencyMs" : [\d.]+/, '"latencyMs" : nan'));
  else if (broken !== 'missing') writeFileSync(path, text);
}
