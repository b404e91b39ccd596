import { describe, expect, it } from 'vitest';
import { compareCases } from '../../src/cli/cases/compare-cases.ts';
import type { BenchFile, BenchRow } from '../../src/report/bench-file.ts';
import { cellsOfBaseline, cellsOfBench, compareCells } from '../../src/report/compare.ts';
import { comparisonToMarkdown, regressionOf, unjudgedOf } from '../../src/report/compare-report.ts';
import { findBaseline, readFigures } from '../../src/report/published.ts';
import { sampleBench } from './sample-bench.ts';
import { farmBench, farmRow, missingCell, standInFarm } from './sample-farm.ts';

const named = (path: string, rows: readonly BenchRow[], extra: Partial<BenchFile> = {}) =>
  cellsOfBench({ path, bench: sampleBench(rows, extra) });
const codesOf = (comparison: Parameters<typeof unjudgedOf>[0]) =>
  unjudgedOf(comparison).map(({ code }) => code);

const trusted = farmRow({ model: 'resnet18', ms: 1 });
const slower = farmRow({ model: 'resnet18', ms: 2 });
const unstable = farmRow({
  model: 'resnet18',
  ms: 2,
  state: 'unstable',
  warnings: ['It was hot.'],
});
const pretended = farmRow({ model: 'resnet18', ms: 2, standIn: true });

describe('a comparison of farms', () => {
  it.each([
    ['unstable after', trusted, unstable, 'after: unstable: It was hot.'],
    ['unstable before', unstable, trusted, 'before: unstable: It was hot.'],
    ["a stand-in's after", trusted, pretended, "after: a stand-in's, nothing was measured"],
    ["a stand-in's before", pretended, slower, "before: a stand-in's, nothing was measured"],
  ])('does not judge by what is %s, and is an error where nothing else is', (_, b, a, remark) => {
    const comparison = compareCells(named('b.json', [b]), named('a.json', [a]), 0.05);
    expect(comparison.cells).toMatchObject([{ verdict: 'unjudged', remarks: [remark] }]);
    expect(regressionOf(comparison)).toBeUndefined();
    expect(unjudgedOf(comparison)).toMatchObject([{ code: 'nothing-judged', severity: 'error' }]);
    expect(comparisonToMarkdown(comparison)).toContain('**Nothing was judged**');
  });

  it('says once what both sides have', () => {
    const both = named('a.json', [pretended]);
    expect(compareCells(both, both, 0.05).cells[0]?.remarks).toEqual([
      "both: a stand-in's, nothing was measured",
    ]);
  });

  it('judges the partial ones, and warns of the others beside them', () => {
    const partial = { ...slower, state: 'partial' as const };
    const [other, shaky] = [
      farmRow({ model: 'resnet50', ms: 3 }),
      farmRow({ model: 'resnet50', ms: 9, state: 'unstable' }),
    ];
    const comparison = compareCells(
      named('b.json', [trusted, other]),
      named('a.json', [partial, shaky]),
      0.05,
    );
    expect(comparison.cells.map(({ verdict }) => verdict)).toEqual(['slower', 'unjudged']);
    expect(regressionOf(comparison)?.message).toMatch(/^1 cell is /);
    expect(codesOf(comparison)).toEqual(['cells-not-judged']);
  });

  it('pairs a trusted figure before one that is not', () => {
    const comparison = compareCells(
      named('b.json', [unstable, trusted]),
      named('a.json', [trusted]),
      0.05,
    );
    expect(comparison.cells).toMatchObject([{ verdict: 'same' }]);
    expect(comparison.onlyBefore).toMatchObject([{ doubtKind: 'unstable' }]);
  });

  it('says nothing of doubts where nobody judged the rows', () => {
    const { state: _, ...old } = { ...unstable };
    const comparison = compareCells(named('b.json', [trusted]), named('a.json', [old]), 0.05);
    expect(comparison.cells).toMatchObject([{ verdict: 'slower', remarks: ['unstable after'] }]);
    expect(unjudgedOf(comparison)).toEqual([]);
    expect(Object.keys(comparison)).not.toContain('missing');
    expect(Object.keys(comparison.cells[0]?.after ?? {})).not.toContain('doubt');
  });

  it("never sets a stand-in's figure against a published one", async () => {
    const { path, bench } = standInFarm();
    const baseline = findBaseline(await readFigures(), 'published:t4');
    const before = cellsOfBaseline(baseline, { path, bench });
    const { cells } = compareCells(before, cellsOfBench({ path, bench }), 0.05);
    expect(cells.length).toBeGreaterThan(0);
    expect(cells.every(({ verdict }) => verdict === 'unjudged')).toBe(true);
  });

  it('shows what was not judged, and the holes of the plans', () => {
    const after = named('a.json', [unstable, farmRow({ model: 'resnet34', ms: 2 })], {
      missing: [missingCell({ why: 'node gpu3 went away' })],
    });
    const before = named('b.json', [trusted, farmRow({ model: 'resnet34', ms: 2 })]);
    const comparison = compareCells(before, after, 0.05);
    expect(comparisonToMarkdown(comparison)).toMatchInlineSnapshot(`
      "## Latency: b.json → a.json

      **No regression** in 1 cells; 0 faster, 0 within the noise, 1 the same; 1 not judged.

      ### b.json → a.json

      | Model | Device | Precision | Batch | before, ms | after, ms | change | noise | verdict |
      | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
      | resnet34 | Tesla T4 | FP16 | 1 | 2.00 | 2.00 | 0.0 % | ±2.1 % | same |
      | resnet18 | Tesla T4 | FP16 | 1 | 1.00 | 2.00 | – | – | not judged (after: unstable: It was hot.) |

      - Medians. A cell counts as changed beyond 5.0 % and beyond the noise: half of the range from the fastest run to p90, of both sides together.

      No figure in a.json: resnet50 fp16 batch 1, 4 on v100 (lost: node gpu3 went away).
      "
    `);
    expect(unjudgedOf(comparison).map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "1 of 2 cells is not judged: 1 is unstable.",
        "2 batches of the plan of 'a.json' have no figure: lost: 2.",
      ]
    `);
    expect(
      compareCases(comparison, undefined).map(({ group, name, verdict, reason }) => [
        group,
        name,
        verdict,
        reason,
      ]),
    ).toMatchInlineSnapshot(`
      [
        [
          "Tesla T4",
          "resnet18 fp16 batch 1",
          "skipped",
          "not judged: 1.00 ms → 2.00 ms; after: unstable: It was hot.",
        ],
        [
          "Tesla T4",
          "resnet34 fp16 batch 1",
          "passed",
          "same: 2.00 ms → 2.00 ms (0.0 %, noise ±2.1 %)",
        ],
        [
          "v100",
          "resnet50 fp16 batch 1",
          "skipped",
          "no figure in a.json: lost, node gpu3 went away",
        ],
        [
          "v100",
          "resnet50 fp16 batch 4",
          "skipped",
          "no figure in a.json: lost, node gpu3 went away",
        ],
      ]
    `);
  });

  it('counts every batch of a plan', () => {
    const farm = cellsOfBench(farmBench());
    const [told] = unjudgedOf(compareCells(farm, farm, 0.05)).filter(
      ({ code }) => code === 'cells-missing',
    );
    expect(told?.message).toMatch(/^19 batches of the plan of 'farm\/bench.json' have no figure: /);
  });
});
