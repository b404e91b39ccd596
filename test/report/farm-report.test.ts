import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BenchFile, type NamedBench, parseBenchFile } from '../../src/report/bench-file.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { missingStates, rowStates } from '../../src/report/cell-states.ts';
import { readFigures } from '../../src/report/published.ts';
import type { Report } from '../../src/report/report.ts';
import { reportFiles } from '../../src/report/report-files.ts';
import { splitStandIns } from '../../src/report/split-unmeasured.ts';
import { type Table, tableToCsv, tableToMarkdown } from '../../src/report/table.ts';
import { fullSampleBench, sampleBench } from './sample-bench.ts';
import { farmBench, farmRow, missingCell, standInFarm } from './sample-farm.ts';

const figures = await readFigures();

function build(...benches: readonly NamedBench[]): Report {
  const common = { figures, against: [], costs: new Map(), rcc: '0.0.0' };
  return buildReport({ ...common, benches, createdAt: '2026-01-02T03:04:05Z' });
}

function section(report: Report, id: string) {
  const found = report.sections.find((each) => each.id === id);
  if (!found) throw new Error(`no section ${id}`);
  return found;
}

const tablesOf = (report: Report): readonly Table[] =>
  report.sections.flatMap(({ tables }) => tables);

function tableOf(report: Report, id: string): Table {
  const found = tablesOf(report).find((table) => table.id === id);
  if (!found) throw new Error(`no table ${id} in ${tablesOf(report).map((table) => table.id)}`);
  return found;
}

function cellOf(table: Table, model: string, column: string) {
  const index = table.columns.findIndex(({ id }) => id === column);
  return table.rows.find((row) => row.model === model)?.cells[index];
}

describe('a bench file of a farm', () => {
  it('is read as it was written, with every state', () => {
    for (const { path, bench } of [farmBench(), standInFarm()]) {
      expect(parseBenchFile(JSON.stringify(bench), path).bench).toEqual(bench);
    }
  });

  it.each([
    ['rows.0.state', { rows: [{ ...farmRow({ model: 'a', ms: 1 }), state: 'fine' }] }],
    [
      'rows.0.provenance.standIn',
      { rows: [{ ...farmRow({ model: 'a', ms: 1 }), provenance: { standIn: 'no' } }] },
    ],
    [
      'rows.0.spread',
      {
        rows: [
          {
            ...farmRow({ model: 'a', ms: 1 }),
            spread: { attempts: 2, nodes: 1, minMs: 2, maxMs: 1 },
          },
        ],
      },
    ],
    ['missing.0.batches', { missing: [missingCell({ batches: [] })] }],
    ['missing.0.state', { missing: [{ ...missingCell(), state: 'done' }] }],
  ])('names %s where it does not fit', (place, extra) => {
    const text = JSON.stringify({ ...sampleBench([]), ...extra });
    expect(() => parseBenchFile(text, 'b.json')).toThrow(place);
  });

  it('keeps the order of the facts of a source', () => {
    const row = { ...farmRow({ model: 'a', ms: 1 }), provenance: { z: 1, node: 'n', engine: 'e' } };
    const { bench } = parseBenchFile(JSON.stringify(sampleBench([row])), 'b.json');
    expect(Object.keys(bench.rows[0]?.provenance ?? {})).toEqual(['z', 'node', 'engine']);
  });
});

describe('the report of a farm', () => {
  const report = build(farmBench());

  it('has every cell of the plan in a matrix, filled or with its state', () => {
    expect(tableToMarkdown(tableOf(report, 'plan-farm-bench-json'))).toMatchInlineSnapshot(`
      "### Cells of farm/bench.json

      | Model | Precision | t4, ms batch 1 | t4, ms batch 4 | v100, ms batch 1 | v100, ms batch 4 |
      | --- | --- | ---: | ---: | ---: | ---: |
      | net0 | FP16 | – | – | planned | planned |
      | net1 | FP16 | – | – | queued | queued |
      | net2 | FP16 | – | – | running | running |
      | net3 | FP16 | – | – | failed (because 3) | failed (because 3) |
      | net4 | FP16 | – | – | timeout (because 4) | timeout (because 4) |
      | net5 | FP16 | – | – | lost (because 5) | lost (because 5) |
      | net6 | FP16 | – | – | partial (because 6) | partial (because 6) |
      | net7 | FP16 | – | – | cancelled (because 7) | cancelled (because 7) |
      | net8 | FP16 | – | – | unknown | unknown |
      | resnet18 | FP16 | 1.00 | 2.00 (3 attempts on 2 nodes: 1.90 to 2.20 ms) | – | – |
      | resnet34 | FP16 | 1.70 | partial (no room) | – | – |
      | resnet50 | FP16 | 9.00 (unstable: 1 other process computed on the GPU.) | 3.00 | – | – |

      - Medians in milliseconds of a batch, of the attempt that counts. A word instead of a figure is the state of a cell that has none.
      "
    `);
    expect(section(report, 'plan').intro).toMatchInlineSnapshot(`
      [
        "farm/bench.json: 5 of 24 batches have a figure, 1 of them unstable; 19 have none.",
        "A figure that is unstable stands in tables, in no chart and no ratio.",
      ]
    `);
  });

  it('names every hole with its reason', () => {
    expect(tableToMarkdown(tableOf(report, 'missing-farm-bench-json'))).toMatchInlineSnapshot(`
      "### Without a figure in farm/bench.json

      | Model | Precision | GPU | Batches | State | Why |
      | --- | --- | --- | --- | --- | --- |
      | resnet34 | FP16 | t4 | 4 | partial | no room |
      | net0 | FP16 | v100 | 1, 4 | planned | because 0 |
      | net1 | FP16 | v100 | 1, 4 | queued | because 1 |
      | net2 | FP16 | v100 | 1, 4 | running | because 2 |
      | net3 | FP16 | v100 | 1, 4 | failed | because 3 |
      | net4 | FP16 | v100 | 1, 4 | timeout | because 4 |
      | net5 | FP16 | v100 | 1, 4 | lost | because 5 |
      | net6 | FP16 | v100 | 1, 4 | partial | because 6 |
      | net7 | FP16 | v100 | 1, 4 | cancelled | because 7 |
      | net8 | FP16 | v100 | 1, 4 | unknown | because 8 |
      "
    `);
  });

  it('tells state and spread beside each figure', () => {
    const table = tableOf(report, 'measured-tesla-t4-tensorrt');
    expect(tableToMarkdown(table)).toMatchInlineSnapshot(`
      "### Figures of Tesla T4 by TensorRT

      | Model | Precision | Batch | Latency, ms median | Latency, ms p90 | Latency, ms p99 | top-1, published | Images/s | Variation | Runs | Stable | State | Medians of all attempts lowest, ms | Medians of all attempts highest, ms | Medians of all attempts attempts | Medians of all attempts nodes |
      | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: |
      | resnet18 | FP16 | 1 | 1.00 [M1] | 1.02 | 1.06 | 71.0 % | 1000 | 2.0 % | 120 | yes | done | – | – | – | – |
      | resnet18 | FP16 | 4 | 2.00 [M1] | 2.04 | 2.12 | 71.0 % | 2000 | 2.0 % | 120 | yes | done | 1.90 | 2.20 | 3 | 2 |
      | resnet34 | FP16 | 1 | 1.70 [M1] | 1.73 | 1.80 | 74.6 % | 588 | 2.0 % | 120 | yes | partial (other batches are missing) | – | – | – | – |
      | resnet50 | FP16 | 1 | 9.00 [M1] | 9.18 | 9.54 | 76.5 % | 111 | 2.0 % | 120 | no | unstable (1 other process computed on the GPU.) | – | – | – | – |
      | resnet50 | FP16 | 4 | 3.00 [M1] | 3.06 | 3.18 | 76.5 % | 1333 | 2.0 % | 120 | yes | done | – | – | – | – |

      - Latency: From the call to its return on the host, input and output in memory.
      "
    `);
    expect(tableToCsv(table)).toMatchInlineSnapshot(`
      "Model,Precision,Batch,"Latency, ms median","Latency, ms p90","Latency, ms p99","top-1, published",Images/s,Variation,Runs,Stable,State,"Medians of all attempts lowest, ms","Medians of all attempts highest, ms",Medians of all attempts attempts,Medians of all attempts nodes
      resnet18,FP16,1,1,1.02,1.06,0.71,1000,0.02,120,yes,done,,,,
      resnet18,FP16,4,2,2.04,2.12,0.71,2000,0.02,120,yes,done,1.9,2.2,3,2
      resnet34,FP16,1,1.7,1.734,1.802,0.746,588.2352941176471,0.02,120,yes,partial,,,,
      resnet50,FP16,1,9,9.18,9.540000000000001,0.765,111.11111111111111,0.02,120,no,unstable,,,,
      resnet50,FP16,4,3,3.06,3.18,0.765,1333.3333333333333,0.02,120,yes,done,,,,
      "
    `);
  });

  it('keeps unstable figures out of charts and ratios, in the table with the reason', () => {
    const charts = JSON.stringify(report.sections.flatMap((each) => each.charts));
    expect(charts).toContain('3.00 ms');
    expect(charts).not.toContain('9.00 ms');
    const t4 = tableOf(report, 'published-t4');
    expect(cellOf(t4, 'resnet50', 'fp16-b1-measured')).toMatchObject({
      text: '9.00',
      note: 'unstable: 1 other process computed on the GPU.',
    });
    expect(cellOf(t4, 'resnet50', 'fp16-b1-ratio')).toMatchObject({ value: null });
    expect(cellOf(t4, 'resnet50', 'fp16-b4-ratio')?.text).toMatch(/×$/);
    expect(report.lede).toContain(
      '1 of them is unstable: in tables, marked, and in no chart and no ratio.',
    );
  });

  it('takes a trusted figure before a newer one that is unstable', () => {
    const trusted = farmRow({ model: 'resnet18', ms: 1 });
    const newer = farmRow({ model: 'resnet18', ms: 5, state: 'unstable' });
    const t4 = tableOf(
      build({ path: 'a.json', bench: sampleBench([trusted, newer]) }),
      'published-t4',
    );
    expect(cellOf(t4, 'resnet18', 'fp16-b1-measured')?.text).toBe('1.00');
  });

  it('is one source for cells of different nodes, jobs and attempts', () => {
    const sources = report.provenance.filter(({ id }) => id.startsWith('M'));
    expect(sources).toHaveLength(1);
    expect(sources[0]?.facts).toContainEqual(['node', 'gpu1; gpu2']);
  });

  it('has its matrix without a hole too', () => {
    const { path, bench } = farmBench();
    const whole = build({ path, bench: { ...bench, missing: [] } });
    expect(section(whole, 'plan').tables.map(({ id }) => id)).toEqual(['plan-farm-bench-json']);
  });

  it('has no room for plans without end', () => {
    const missing = Array.from({ length: 20_001 }, () => missingCell({ batches: [1] }));
    const bench = sampleBench([], { missing });
    expect(() => build({ path: 'a.json', bench })).toThrow(/20001 batches without a figure/);
  });
});

describe('a report without a farm', () => {
  it('has nothing of one', () => {
    const report = build({ path: 'sample.json', bench: fullSampleBench() });
    const [page] = reportFiles(report);
    expect(report.sections.map(({ id }) => id)).not.toContain('plan');
    expect(JSON.stringify(report)).not.toContain('"warning"');
    expect(page?.content).not.toContain('banner');
    expect(tableOf(report, 'measured-tesla-t4-tensorrt').columns.at(-1)?.id).toBe('stable');
  });
});

describe("a stand-in's figures", () => {
  const report = build(farmBench(), standInFarm());
  const files = new Map(
    [...reportFiles(report)].map(({ path, content }) => [path, String(content)]),
  );

  it('stand under a banner, in a section of their own', () => {
    expect(report.warning).toMatchInlineSnapshot(
      `"2 figures are a stand-in's (try/bench.json): nothing was measured for them, and they may not be published as measurements. They stand in a section of their own, in no chart and beside no published figure."`,
    );
    expect(files.get('report.md')).toContain(`> **${report.warning}**`);
    expect(files.get('index.html')?.match(/<p class="banner" role="note">/g)).toHaveLength(2);
    expect(section(report, 'stand-in').charts).toEqual([]);
    expect(report.provenance.map(({ id }) => id)).toContain('S1');
  });

  it('are marked in each row and file', () => {
    const { tables } = section(report, 'stand-in');
    expect(tables.length).toBeGreaterThan(3);
    for (const table of tables) {
      expect(table.title).toMatch(/^Stand-in, not measured: /);
      expect(table.rows.every(({ cells }) => cells[1]?.text === 'stand-in')).toBe(true);
      const [, ...lines] = tableToCsv(table).trimEnd().split('\r\n');
      expect(lines.every((line) => line.includes(',stand-in,'))).toBe(true);
    }
    expect(tables.map(tableToMarkdown).join('\n')).toMatchInlineSnapshot(`
      "### Stand-in, not measured: Cells of try/bench.json

      | Model | Origin | Precision | t4, ms batch 1 | v100, ms batch 1 | v100, ms batch 4 |
      | --- | --- | --- | ---: | ---: | ---: |
      | resnet18 | stand-in | FP16 | 777.1 | – | – |
      | resnet50 | stand-in | FP16 | 888.1 (unstable: 1 other process computed on the GPU.) | planned | planned |

      - A stand-in's figures: nothing was measured.
      - Medians in milliseconds of a batch, of the attempt that counts. A word instead of a figure is the state of a cell that has none.

      ### Stand-in, not measured: Without a figure in try/bench.json

      | Model | Origin | Precision | GPU | Batches | State | Why |
      | --- | --- | --- | --- | --- | --- | --- |
      | resnet50 | stand-in | FP16 | v100 | 1, 4 | planned | nothing was submitted |

      - A stand-in's figures: nothing was measured.

      ### Stand-in, not measured: Figures of Tesla T4 by TensorRT

      | Model | Origin | Precision | Batch | Latency, ms median | Latency, ms p90 | Latency, ms p99 | Images/s | Variation | Runs | Stable | State |
      | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |
      | resnet18 | stand-in | FP16 | 1 | 777.1 [S1] | 792.7 | 823.8 | 1.3 | 2.0 % | 120 | yes | done |
      | resnet50 | stand-in | FP16 | 1 | 888.1 [S1] | 905.9 | 941.4 | 1.1 | 2.0 % | 120 | no | unstable (1 other process computed on the GPU.) |

      - A stand-in's figures: nothing was measured.
      - Latency: From the call to its return on the host, input and output in memory.

      ### Stand-in, not measured: Fusion audit

      | Model | Origin | Engine | Built for | Precision | Verdict | Fused blocks | Kernels | Findings |
      | --- | --- | --- | --- | --- | --- | ---: | ---: | --- |
      | resnet50_vd | stand-in | TensorRT | T4 | FP16 | passed | 16 of 16 | 62 | none |
      | resnet18 | stand-in | TensorRT | T4 | INT8 | failed | 7 of 8 | 31 | stage2/block0/conv2 writes float: its residual was not quantised. |

      - A stand-in's figures: nothing was measured.
      "
    `);
  });

  it('are no measurement where nothing else is', () => {
    const alone = build(standInFarm());
    expect(alone.lede[0]).toMatch(/nothing was measured yet/);
    expect(alone.sections.map(({ id }) => id)).toEqual(['answer', 'overview', 'gpus', 'stand-in']);
  });

  it('reach no chart and no table but their own, whatever a file holds', () => {
    const model = fc.constantFrom('resnet18', 'resnet50', 'resnet50_vd');
    const row = fc.record({
      model,
      batch: fc.constantFrom(1, 4, 8),
      state: fc.constantFrom(...rowStates, undefined),
      standIn: fc.boolean(),
    });
    const hole = fc.record({
      model,
      state: fc.constantFrom(...missingStates),
      standIn: fc.boolean(),
    });
    const isBound = (text: string): boolean => /secret|7654/.test(text);
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 12 }),
        fc.array(hole, { maxLength: 4 }),
        (rows, holes) => {
          const bench: BenchFile = sampleBench(
            rows.map(({ state, ...each }) => {
              const { state: _, ...made } = farmRow({ ...each, ms: each.standIn ? 7654.25 : 2 });
              const settings = each.standIn ? { secret: 1 } : {};
              return { ...made, settings, ...(state ? { state } : {}) };
            }),
            {
              missing: holes.map(({ standIn, ...each }) =>
                missingCell({ ...each, why: standIn ? 'secret' : 'open', provenance: { standIn } }),
              ),
            },
          );
          const made = build({ path: 'a.json', bench });
          const others = made.sections.filter(({ id }) => id !== 'stand-in');
          expect(isBound(JSON.stringify(made.sections.map(({ charts }) => charts)))).toBe(false);
          expect(isBound(JSON.stringify(others))).toBe(false);
          const count = rows.filter(({ standIn }) => standIn).length;
          expect(made.warning !== undefined).toBe(
            count > 0 || holes.some(({ standIn }) => standIn),
          );
          const { measured, standIns } = splitStandIns([{ path: 'a.json', bench }]);
          const sum = [...measured, ...standIns].reduce((n, each) => n + each.bench.rows.length, 0);
          expect(sum).toBe(rows.length);
          const cells = [...measured, ...standIns].flatMap((each) => each.bench.missing ?? []);
          expect(cells).toHaveLength(holes.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
