import { describe, expect, it } from 'vitest';
import { benchSheet, benchTables, type MeasuredRow } from '../../src/report/bench-tables.ts';
import { tableToCsv, tableToMarkdown } from '../../src/report/table.ts';

const summary = (medianMs: number) => ({
  minMs: medianMs / 2,
  meanMs: medianMs,
  medianMs,
  p90Ms: medianMs * 2,
  p95Ms: medianMs * 3,
  p99Ms: medianMs * 4,
  maxMs: medianMs * 5,
});

const part = (medianMs: number, definition: string) => ({ ...summary(medianMs), definition });

const shared = { model: 'a', precision: 'fp16', batch: 4, warmUpMs: 0, iterations: 7 } as const;

const gpu: MeasuredRow = {
  ...shared,
  target: 'tensorrt',
  device: { kind: 'gpu', name: 'Tesla T4', details: {} },
  latency: summary(2),
  imagesPerSecond: 2000,
  definition: 'Host latency.',
  settings: {},
  stable: true,
  warnings: [],
  parts: {
    gpuCompute: part(1.5, 'GPU compute.'),
    h2d: part(0.25, 'H2D.'),
    d2h: part(0.125, 'D2H.'),
    enqueue: part(0.0625, 'Enqueue.'),
  },
};

const cpu: MeasuredRow = {
  ...shared,
  target: 'onnxruntime',
  device: { kind: 'cpu', name: 'A "fast" processor, maybe', details: {} },
  latency: { ...summary(80), variation: 0.5 },
  imagesPerSecond: 50,
  definition: 'One call.',
  settings: { threads: 2 },
  stable: false,
  warnings: [],
};

describe('tables of a bench', () => {
  it("say of a stand-in's figure that it is one, and not that it is stable", () => {
    const rows = [{ ...gpu, provenance: { standIn: true } }, gpu];
    const shown = benchTables(rows).flatMap((table) => table.rows.map(({ cells }) => cells.at(-1)));
    expect(shown.map((cell) => cell?.text)).toEqual(['stand-in', 'yes']);
    expect(tableToCsv(benchSheet(rows))).toContain(',stand-in,');
  });

  it('keep GPUs and processors apart, each with what its figures hold', () => {
    expect(benchTables([cpu, gpu]).map(tableToMarkdown).join('\n')).toMatchInlineSnapshot(`
      "### On a GPU

      | model | precision | device | batch | median ms | p90 ms | p99 ms | GPU compute ms | H2D ms | D2H ms | enqueue ms | images/s | stable |
      | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
      | a | fp16 | Tesla T4 | 4 | 2.00 | – | – | 1.50 | 0.250 | 0.125 | 0.0625 | 2000 | yes |

      - Host latency.
      - GPU compute.
      - H2D.
      - D2H.
      - Enqueue.
      - p90 needs 10 runs, p95 20 and p99 100: of fewer it would be the slowest run.

      ### On a processor

      | model | precision | device | batch | median ms | p90 ms | p99 ms | images/s | threads | stable |
      | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
      | a | fp16 | A "fast" processor, maybe | 4 | 80.00 | – | – | 50.0 | 2 | no |

      - One call.
      - p90 needs 10 runs, p95 20 and p99 100: of fewer it would be the slowest run.
      "
    `);
  });

  it('has no table for what was not measured', () => {
    expect(benchTables([cpu]).map(({ title }) => title)).toEqual(['On a processor']);
    expect(benchTables([])).toEqual([]);
  });
});

describe('the sheet of a bench', () => {
  const [head = [], onCpu = [], onGpu = []] = tableToCsv(benchSheet([cpu, gpu]))
    .trim()
    .split('\r\n')
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));

  it('gives each kind of device columns of its own', () => {
    const filled = (row: readonly string[]) => head.filter((_, i) => row[i] !== '');
    const both = filled(onCpu).filter((name) => filled(onGpu).includes(name));
    expect(both).toEqual(['model', 'precision', 'device', 'batch', 'runs', 'stable', 'definition']);
    expect(filled(onCpu)).toContain('cpu_call_p95_ms');
    expect(filled(onGpu)).toContain('gpu_compute_p99_ms');
  });

  it('holds every figure as it was measured, and none for a variation that is not known', () => {
    const cell = (name: string) => onGpu[head.indexOf(name)];
    expect(cell('gpu_enqueue_median_ms')).toBe('0.0625');
    expect(cell('gpu_host_latency_max_ms')).toBe('10');
    expect(cell('gpu_host_latency_variation')).toBe('');
    expect(onCpu[2]).toBe('"A ""fast"" processor, maybe"');
  });
});
