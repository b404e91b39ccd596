import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BenchRow } from '../../src/report/bench-file.ts';
import { cellsOfBaseline, cellsOfBench, compareCells } from '../../src/report/compare.ts';
import { comparisonToMarkdown, regressionOf } from '../../src/report/compare-report.ts';
import { findBaseline, readFigures } from '../../src/report/published.ts';
import { growsInProportion } from '../helpers/growth.ts';
import { sampleBench, sampleRow } from './sample-bench.ts';

const set = (name: string, ...rows: readonly BenchRow[]) =>
  cellsOfBench({ path: name, bench: sampleBench(rows) });
const compare = (before: readonly BenchRow[], after: readonly BenchRow[], threshold = 0.05) =>
  compareCells(set('a.json', ...before), set('b.json', ...after), threshold);
const row = (ms: number, spread = 0.01) => sampleRow({ model: 'resnet18', ms, spread });

describe('compareCells', () => {
  it.each([
    [10, 10.4, 0.01, 'same'],
    [10, 11, 0.01, 'slower'],
    [10, 9, 0.01, 'faster'],
    [10, 11, 0.2, 'noise'],
    [10, 9, 0.2, 'noise'],
    [10, 15, 0.2, 'slower'],
  ] as const)('%d ms → %d ms with a spread of %d is %s', (before, after, spread, verdict) => {
    expect(compare([row(before, spread)], [row(after, spread)]).cells[0]?.verdict).toBe(verdict);
  });

  it('finds nothing in a file compared with itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (times, threshold) => {
          const rows = times.map((ms, i) => sampleRow({ model: `m${i}`, ms }));
          const { cells, onlyBefore, onlyAfter } = compare(rows, rows, threshold);
          expect(cells).toHaveLength(rows.length);
          expect(cells.every(({ verdict }) => verdict === 'same')).toBe(true);
          expect([...onlyBefore, ...onlyAfter]).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('says what only one side has', () => {
    const other = sampleRow({ model: 'resnet50', ms: 3 });
    const { cells, onlyBefore, onlyAfter } = compare(
      [row(1), other],
      [row(1), sampleRow({ model: 'new', ms: 1 })],
    );
    expect(cells).toHaveLength(1);
    expect(onlyBefore.map(({ model }) => model)).toEqual(['resnet50']);
    expect(onlyAfter.map(({ model }) => model)).toEqual(['new']);
  });

  it('pairs repeated cells by their settings', () => {
    const threads = (count: number, ms: number) => ({ ...row(ms), settings: { threads: count } });
    const { cells } = compare([threads(1, 10), threads(2, 6)], [threads(2, 6), threads(1, 12)]);
    expect(cells.map(({ change }) => change.toFixed(2))).toEqual(['0.20', '0.00']);
  });

  it('pairs as many of equal settings as both sides have, in their order', () => {
    const { cells, onlyBefore, onlyAfter } = compare([row(1), row(2), row(3)], [row(10), row(20)]);
    expect(cells.map(({ before, after }) => [before.latencyMs, after.latencyMs])).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect(onlyBefore.map(({ latencyMs }) => latencyMs)).toEqual([3]);
    expect(onlyAfter).toEqual([]);
  });

  it('pairs twenty thousand equal rows in time that is in proportion to them', async () => {
    const pairing = (count: number) => {
      const cells = set('a.json', ...Array.from({ length: count }, () => row(2)));
      return () => expect(compareCells(cells, cells, 0.05).cells).toHaveLength(count);
    };
    expect(await growsInProportion(20_000, pairing)).toBe(true);
  });

  it('never compares a CPU with a GPU', () => {
    const gpu = sampleRow({ model: 'resnet18', ms: 1, device: 't4' });
    expect(() => compare([row(10)], [gpu])).toThrow(
      /nothing-to-compare.*the device differs \(Sample CPU; Tesla T4\)/,
    );
  });

  it('tells of differing settings and unstable runs', () => {
    const choice = (text: string) => ({ threadChoice: text });
    const before = { ...row(10), settings: { threads: 1, ...choice('fastest of 1: 40.3 ms') } };
    const after = {
      ...before,
      settings: { threads: 2, ...choice('of 2: 24.6 ms') },
      stable: false,
    };
    expect(compare([before], [after]).cells[0]?.remarks).toEqual([
      'unstable after',
      'settings: threads 1 → threads 2',
    ]);
  });
});

describe('against the published page', async () => {
  const figures = await readFigures();

  it('compares what was measured on that GPU', () => {
    const bench = {
      path: 't4.json',
      bench: sampleBench([
        sampleRow({ model: 'resnet50_vd', ms: 2.4, device: 't4', precision: 'fp16', batch: 4 }),
      ]),
    };
    const baseline = cellsOfBaseline(findBaseline(figures, 'published:t4'), bench);
    const { cells } = compareCells(baseline, cellsOfBench(bench), 0.05);
    expect(cells[0]).toMatchObject({ verdict: 'faster', before: { latencyMs: 4.84109 } });
    expect(cells[0]?.remarks).toContain('the two intervals are defined differently');
  });

  it('has nothing to say about a CPU', () => {
    const bench = { path: 'cpu.json', bench: sampleBench([row(10)]) };
    const baseline = cellsOfBaseline(findBaseline(figures, 'published:t4'), bench);
    expect(() => compareCells(baseline, cellsOfBench(bench), 0.05)).toThrow(
      /'published:t4' has no figures for these devices/,
    );
  });
});

describe('the outcome', () => {
  const worse = compare(
    [row(10), sampleRow({ model: 'resnet50', ms: 20 })],
    [row(12), sampleRow({ model: 'resnet50', ms: 20.1 })],
  );

  it('is a diagnostic that ends with 1 where a cell got slower', () => {
    expect(regressionOf(worse)).toMatchObject({
      code: 'latency-regression',
      message:
        '1 cell is more than 5.0 % slower than before, outside the noise: resnet18 fp32 batch 1 on Sample CPU by +20.0 % most.',
    });
    expect(regressionOf(compare([row(10)], [row(10)]))).toBeUndefined();
  });

  it('names engines where there are several', () => {
    const bench = (factor: number) =>
      sampleBench(
        ['onnxruntime', 'openvino'].map((target) => ({
          ...sampleRow({ model: 'resnet18', ms: 10 * factor }),
          target,
        })),
      );
    const cells = (path: string, factor: number) => cellsOfBench({ path, bench: bench(factor) });
    const text = comparisonToMarkdown(compareCells(cells('a', 2), cells('b', 1), 0.05));
    expect(text).toContain(
      '- resnet18 fp32 batch 1 on Sample CPU by OpenVINO is 2.00 ± 0.01 × faster than before.',
    );
    expect(text).toContain('| Model | Device | Engine |');
    expect(text).toContain('| resnet18 | Sample CPU | ONNX Runtime | FP32 |');
  });

  it('is Markdown, the worst first', () => {
    expect(comparisonToMarkdown(worse)).toMatchInlineSnapshot(`
      "## Latency: a.json → b.json

      **1 of 2 cells slower** by more than 5.0 %; 0 faster, 0 within the noise, 1 the same.

      - resnet18 fp32 batch 1 on Sample CPU is 1.20 ± 0.01 × slower than before.

      ### a.json → b.json

      | Model | Device | Precision | Batch | before, ms | after, ms | change | noise | verdict |
      | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
      | resnet18 | Sample CPU | FP32 | 1 | 10.00 | 12.00 | +20.0 % | ±1.1 % | slower |
      | resnet50 | Sample CPU | FP32 | 1 | 20.00 | 20.10 | +0.5 % | ±2.1 % | same |

      - Medians. A cell counts as changed beyond 5.0 % and beyond the noise: half of the range from the fastest run to p90, of both sides together.
      "
    `);
  });
});
