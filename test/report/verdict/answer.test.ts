/** What the report says first, for invented figures. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Accuracy, BenchRow } from '../../../src/report/bench-file.ts';
import { buildReport } from '../../../src/report/build-report.ts';
import type { Chart, XyChart } from '../../../src/report/charts/chart.ts';
import { readFigures } from '../../../src/report/published.ts';
import type { Wish } from '../../../src/report/verdict/choose.ts';
import { type SampleRow, sampleBench, sampleRow } from '../sample-bench.ts';

const figures = await readFigures();

interface Extra {
  readonly wish?: Wish;
  readonly accuracies?: Accuracy[];
}

function section(rows: readonly BenchRow[], { wish, accuracies = [] }: Extra = {}) {
  const bench = sampleBench(rows, { accuracies });
  const report = buildReport({
    figures,
    benches: [{ path: 'a.json', bench }],
    against: [],
    costs: new Map(),
    createdAt: '2026-01-02T03:04:05Z',
    rcc: '0.0.0',
    ...(wish ? { wish } : {}),
  });
  return report.sections.find(({ id }) => id === 'answer');
}

const charts = (...given: Parameters<typeof section>): readonly Chart[] =>
  section(...given)?.charts ?? [];

const verdictOf = (chart: Chart | undefined): readonly string[] => [
  chart?.verdict?.headline ?? '',
  ...(chart?.verdict?.sentences ?? []),
];

const verdict = (...given: Parameters<typeof charts>): readonly string[] =>
  verdictOf(charts(...given)[0]);

const cpu = (model: string, ms: number, extra: Partial<SampleRow> = {}): BenchRow =>
  sampleRow({ model, ms, ...extra });
const int8 = { precision: 'int8' } as const;

const three: readonly BenchRow[] = [
  cpu('resnet18', 52),
  cpu('resnet18', 10, int8),
  cpu('resnet50_vd', 120),
  cpu('resnet50_vd', 14, int8),
  cpu('resnet101_vd', 240),
  cpu('resnet101_vd', 25.2, int8),
];

const evaluated = (model: string, precision: Accuracy['precision'], top1: number): Accuracy => ({
  model,
  target: 'onnxruntime',
  precision,
  dataset: 'val.zip',
  images: 500,
  top1,
  definition: 'Invented for a test.',
});

const amongOthers = (row: BenchRow): BenchRow => ({
  ...row,
  settings: { threads: 2, callsAtOnce: 2 },
});

describe('the verdict', () => {
  it('names what to take, why, what else there is and how far the figures carry', () => {
    expect(verdict(three)).toMatchInlineSnapshot(`
      [
        "Take resnet50_vd INT8: 79.1 %, 14.00 ms.",
        "Nothing measured is both faster and more accurate. That holds for 3 of 6; this one is the best balance.",
        "resnet18 INT8 is 1.40 ± 0.01 × faster and 8.1 points less accurate: 71.0 %, 10.00 ms.",
        "resnet101_vd INT8 is 1.80 ± 0.01 × slower and 1.1 points more accurate: 80.2 %, 25.20 ms.",
        "In INT8 resnet50_vd is 8.57 ± 0.05 × faster than in FP32.",
        "Accuracies are the published top-1 of the trained weights in FP32; what other precisions lose was not measured (\`rcc eval\` does it).",
      ]
    `);
  });

  it('takes the time of a call alone before that of calls at once, however new', () => {
    const crowd = three.map(({ latency: _, ...row }, i) =>
      amongOthers({ ...row, latency: cpu('slow', 500 + i).latency }),
    );
    expect(verdict([...three, ...crowd])).toEqual(verdict(three));
    expect(verdict(crowd)[0]).toContain('Take ');
  });

  it('takes a count of calls that is no number for a call alone', () => {
    const odd = three.map((row) => ({ ...row, settings: { callsAtOnce: 'unknown' } }));
    expect(verdict(odd)).toEqual(verdict(three));
    expect(verdict([...odd, ...three.map(amongOthers)])).toEqual(verdict(three));
  });

  it('says what the best balance is, where it is what was picked', () => {
    const noteOf = (wish?: Parameters<typeof verdict>[1]) => charts(three, wish)[0]?.verdict?.note;
    expect(noteOf()).toMatch(/^Best balance: /);
    expect(noteOf({ wish: { budgetMs: 20 } })).toBeUndefined();
  });

  it('keeps to a budget', () => {
    expect(verdict(three, { wish: { budgetMs: 20 } }).slice(0, 2)).toMatchInlineSnapshot(`
      [
        "Within 20 ms take resnet50_vd INT8: 79.1 %, 14.00 ms.",
        "It is the most accurate of the 2 that fit; nothing measured is both faster and more accurate.",
      ]
    `);
  });

  it('keeps to an accuracy', () => {
    expect(verdict(three, { wish: { accuracy: 0.78 } }).slice(0, 2)).toMatchInlineSnapshot(`
      [
        "At 78 % or more take resnet50_vd INT8: 79.1 %, 14.00 ms.",
        "It is the fastest of the 4 that fit; nothing measured is both faster and more accurate.",
      ]
    `);
  });

  it('keeps to both', () => {
    const wish = { budgetMs: 30, accuracy: 0.8 };
    expect(verdict(three, { wish }).slice(0, 2)).toMatchInlineSnapshot(`
      [
        "Within 30 ms and at 80 % or more take resnet101_vd INT8: 80.2 %, 25.20 ms.",
        "It is the only one measured that fits.",
      ]
    `);
  });

  it('tells how near one comes where nothing fits', () => {
    const told = (wish: Wish): readonly string[] => verdict(three, { wish }).slice(0, 3);
    expect(told({ budgetMs: 5 })).toMatchInlineSnapshot(`
      [
        "Nothing measured is within 5 ms.",
        "The fastest is resnet18 INT8: 71.0 %, 10.00 ms.",
        "Accuracies are the published top-1 of the trained weights in FP32; what other precisions lose was not measured (\`rcc eval\` does it).",
      ]
    `);
    expect(told({ accuracy: 0.9 })).toMatchInlineSnapshot(`
      [
        "Nothing measured is at 90 % or more.",
        "The most accurate is resnet101_vd INT8: 80.2 %, 25.20 ms.",
        "Accuracies are the published top-1 of the trained weights in FP32; what other precisions lose was not measured (\`rcc eval\` does it).",
      ]
    `);
    expect(told({ budgetMs: 12, accuracy: 0.78 })).toMatchInlineSnapshot(`
      [
        "Nothing measured is within 12 ms and at 78 % or more.",
        "Within 12 ms the most accurate is resnet18 INT8: 71.0 %, 10.00 ms.",
        "At 78 % or more the fastest is resnet50_vd INT8: 79.1 %, 14.00 ms.",
      ]
    `);
  });

  it('says so where one beats all', () => {
    const rows = [cpu('resnet18', 30), cpu('resnet50_vd', 14)];
    expect(verdict(rows)).toMatchInlineSnapshot(`
      [
        "Take resnet50_vd FP32: 79.1 %, 14.00 ms.",
        "It is both the fastest and the most accurate of 2 measured.",
        "Accuracies are the published top-1 of the trained weights in FP32.",
      ]
    `);
  });

  it('says so of a single figure, and that it is unstable', () => {
    expect(verdict([cpu('resnet18', 30, { stable: false })])).toMatchInlineSnapshot(`
      [
        "Take resnet18 FP32: 71.0 %, 30.00 ms, unstable.",
        "It is the only one measured.",
        "Accuracies are the published top-1 of the trained weights in FP32.",
        "The time is unstable (a hollow mark): measure again on an idle machine before relying on it.",
      ]
    `);
  });

  it('takes evaluated accuracies before published ones, and says which', () => {
    const accuracies = [
      evaluated('resnet50_vd', 'fp32', 0.784),
      evaluated('resnet50_vd', 'int8', 0.779),
      evaluated('resnet101_vd', 'fp32', 0.795),
    ];
    expect(verdict(three, { accuracies })).toMatchInlineSnapshot(`
      [
        "Take resnet50_vd INT8: 77.90 %, 14.00 ms.",
        "Nothing measured is both faster and more accurate. That holds for 3 of 6; this one is the best balance.",
        "resnet18 INT8 is 1.40 ± 0.01 × faster and 6.9 points less accurate: 71.0 %, 10.00 ms.",
        "resnet101_vd INT8 is 1.80 ± 0.01 × slower and 1.6 points more accurate: 79.50 %, 25.20 ms.",
        "In INT8 resnet50_vd is 8.57 ± 0.05 × faster than in FP32.",
        "Accuracy of resnet50_vd, resnet101_vd: measured on 500 pictures of val.zip.",
        "Not evaluated: resnet101_vd INT8; the accuracy in FP32 stands for it.",
        "Of the others it is the published top-1 of the trained weights in FP32; what other precisions lose was not measured (\`rcc eval\` does it).",
      ]
    `);
  });

  it('goes by time alone where no accuracy is known', () => {
    const all = charts([cpu('mine', 30), cpu('mine', 12, int8)]);
    expect(all[0]?.kind).toBe('bars');
    expect(verdictOf(all[0])).toMatchInlineSnapshot(`
      [
        "mine INT8 is the fastest: 12.00 ms.",
        "It is 2.50 ± 0.02 × faster than mine FP32.",
        "No accuracy is known: \`rcc eval\` measures it, and \`rcc report\` takes its file too.",
      ]
    `);
  });

  it('keeps networks of other data apart', () => {
    const accuracies = [evaluated('digits', 'fp32', 0.99)];
    const all = charts([cpu('digits', 1), cpu('resnet18', 30)], { accuracies });
    expect(all).toHaveLength(2);
    expect(all.map((chart) => chart.verdict?.headline)).toEqual([
      'Take digits FP32: 99.00 %, 1.00 ms.',
      'Take resnet18 FP32: 71.0 %, 30.00 ms.',
    ]);
    expect(all.map((chart) => chart.verdict?.place)).toEqual([
      'Sample CPU, batch 1, accuracy on val.zip',
      'Sample CPU, batch 1, accuracy on ImageNet',
    ]);
  });

  it('names the data of accuracies where they differ between devices', () => {
    const accuracies = [evaluated('digits', 'fp32', 0.99)];
    const rows = [cpu('digits', 1), cpu('resnet18', 30, { device: 't4' })];
    expect(charts(rows, { accuracies }).map((chart) => chart.verdict?.place)).toEqual([
      'Sample CPU, batch 1, accuracy on val.zip',
      'Tesla T4, batch 1, accuracy on ImageNet',
    ]);
    expect(charts(rows.slice(0, 1), { accuracies })[0]?.verdict?.place).toBe('Sample CPU, batch 1');
  });

  it('puts what has an answer before what has none, and shows it first', () => {
    const accuracies = [evaluated('digits', 'fp32', 0.99)];
    const rows = [cpu('resnet18', 30), cpu('digits', 1), cpu('digits', 3, { batch: 4 })];
    const all = charts(rows, { accuracies, wish: { accuracy: 0.78 } });
    expect(all.map((chart) => chart.verdict?.headline)).toEqual([
      'At 78 % or more take digits FP32: 99.00 %, 1.00 ms.',
      'At 78 % or more take digits FP32: 99.00 %, 3.00 ms for a batch of 4.',
      'Nothing measured is at 78 % or more.',
    ]);
    const slow = [cpu('resnet18', 30), cpu('resnet18', 10, { device: 't4', batch: 4 })];
    const [first, second] = charts(slow, { wish: { budgetMs: 20 } });
    expect(first?.verdict?.place).toBe('Tesla T4, batch 4');
    expect(second?.verdict?.headline).toBe('Nothing measured is within 20 ms.');
    expect(section(slow, { wish: { budgetMs: 20 } })?.picker).toEqual({
      device: 'Tesla T4',
      batch: 4,
    });
    expect(section(slow, { wish: { budgetMs: 5 } })?.picker).toEqual({
      device: 'Sample CPU',
      batch: 1,
    });
  });

  it('speaks of those whose accuracy is known, and counts them alone, where some are not', () => {
    const rows = [
      cpu('resnet18', 30, { stable: false }),
      cpu('mine', 0.1, { stable: false }),
      cpu('resnet50', 40),
    ];
    const mine = 'No accuracy is known of mine: not in the chart (`rcc eval` measures it).';
    const source = 'Accuracies are the published top-1 of the trained weights in FP32.';
    const unstable =
      '1 of 2 times are unstable (hollow marks): measure again on an idle machine before relying on them.';
    expect(verdict(rows, { wish: { budgetMs: 20 } })).toEqual([
      'Nothing measured with a known accuracy is within 20 ms.',
      'The fastest of those whose accuracy is known is resnet18 FP32: 71.0 %, 30.00 ms.',
      source,
      mine,
      unstable,
    ]);
    expect(verdict(rows, { wish: { budgetMs: 35 } })[1]).toBe(
      'It is the only one measured with a known accuracy that fits.',
    );
    expect(verdict(rows)[1]).toBe(
      'It is the most accurate of those whose accuracy is known; nothing measured with a known accuracy is both faster and more accurate.',
    );
  });

  it('says of which networks nobody trained the weights that were timed', () => {
    const madeUp = (row: BenchRow): BenchRow => ({ ...row, provenance: { madeUpWeights: true } });
    const rows = [madeUp(cpu('resnet18', 30)), cpu('resnet50', 40)];
    const told = 'The times of resnet18 are of made-up weights';
    expect(verdict(rows).at(-1)).toBe(`${told}: the accuracy beside them is that of trained ones.`);
    expect(verdict([...rows, madeUp(cpu('resnet18', 9, int8))]).at(-1)).toBe(
      `${told}, in INT8 calibrated on noise where no data was given: the accuracy beside them is that of trained ones.`,
    );
    expect(verdict([madeUp(cpu('mine', 30))]).at(-1)).toBe(
      'The times of mine are of made-up weights.',
    );
    expect(verdict(three).join()).not.toContain('made-up');
  });

  it('calls nothing the most accurate that another equals', () => {
    const tied = [cpu('resnet50', 20), cpu('resnet50', 10, int8), cpu('resnet18', 5)];
    expect(verdict(tied, { wish: { budgetMs: 30 } }).slice(0, 2)).toEqual([
      'Within 30 ms take resnet50 INT8: 76.5 %, 10.00 ms.',
      'None of the 3 that fit is more accurate, and none as accurate is faster.',
    ]);
    expect(verdict(tied)[1]).toBe(
      'Nothing measured is more accurate, and nothing as accurate is faster.',
    );
    expect(verdict(tied.slice(0, 2))[1]).toBe(
      'It is the fastest of 2 measured, and none of them is more accurate.',
    );
  });

  it('never mixes devices or batches, and names engines where there are several', () => {
    const other = { ...cpu('resnet18', 20), target: 'openvino' };
    const all = charts([
      cpu('resnet18', 30),
      other,
      cpu('resnet18', 50, { batch: 4 }),
      cpu('resnet18', 1, { device: 't4' }),
    ]);
    expect(all.map(({ id }) => id)).toEqual([
      'answer-measured-sample-cpu-b1',
      'answer-measured-sample-cpu-b4',
      'answer-measured-tesla-t4-b1',
    ]);
    expect(all[0]?.verdict?.headline).toBe('Take resnet18 FP32 by OpenVINO: 71.0 %, 20.00 ms.');
  });

  it('speaks of the published figures where nothing was measured', () => {
    const all = charts([]);
    const t4 = all.find(({ id }) => id === 'answer-published-t4-b4');
    expect(verdictOf(t4)).toMatchInlineSnapshot(`
      [
        "Take resnet50_vd_ssld_v2 FP16: 83.0 %, 4.84 ms for a batch of 4.",
        "Nothing published is both faster and more accurate. That holds for 6 of 36; this one is the best balance.",
        "resnet18_vd FP16 is 1.80 × faster and 10.7 points less accurate: 72.3 %, 2.69 ms for a batch of 4.",
        "resnet34 FP16 is 1.18 × faster and 8.4 points less accurate: 74.6 %, 4.10 ms for a batch of 4.",
        "resnet34_vd_ssld FP16 is 1.15 × faster and 3.3 points less accurate: 79.7 %, 4.22 ms for a batch of 4.",
        "fix_resnet50_vd_ssld_v2 FP16 is 1.55 × slower and 1.0 point more accurate: 84.0 %, 7.52 ms for a batch of 4.",
        "In FP16 resnet50_vd_ssld_v2 is 1.67 × faster than in FP32.",
      ]
    `);
  });
});

describe('what a farm found unstable', () => {
  it('is no choice', () => {
    const doubtful: BenchRow = { ...cpu('resnet50_vd', 1, { stable: false }), state: 'unstable' };
    const all = charts([cpu('resnet18', 10), doubtful]);
    expect(all.map((chart) => chart.verdict?.headline)).toEqual([
      'Take resnet18 FP32: 71.0 %, 10.00 ms.',
    ]);
    expect(charts([doubtful])[0]?.id).toMatch(/^answer-published/);
  });
});

describe('the chart of a verdict', () => {
  const chart = charts([
    cpu('resnet18', 10),
    cpu('resnet50_vd', 14, { stable: false }),
    cpu('resnet50', 20),
  ])[0] as XyChart;
  const points = chart.series.flatMap((each) => each.points);

  it('has hollow marks for what is unstable, and marks the choice', () => {
    expect(points.filter((point) => point.hollow).map(({ label }) => label)).toEqual([
      'resnet50_vd FP32',
    ]);
    expect(points.filter((point) => point.chosen).map(({ label }) => label)).toEqual([
      'resnet50_vd FP32',
    ]);
  });
});

describe('whatever was measured', () => {
  it('the choice is beaten by nothing that was measured with it', () => {
    const models = ['resnet18', 'resnet50', 'resnet50_vd', 'resnet101_vd'];
    const row = fc.record({
      model: fc.constantFrom(...models),
      ms: fc.integer({ min: 1, max: 40 }),
      precision: fc.constantFrom('fp32' as const, 'int8' as const),
    });
    const wish = fc.record({
      budgetMs: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      accuracy: fc.option(fc.constantFrom(0.7, 0.78, 0.8, 0.9), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 10 }), wish, (rows, asked) => {
        const all = charts(rows.map(sampleRow), { wish: asked });
        const points = (all[0] as XyChart).series.flatMap((each) => each.points);
        const fits = (p: { x: number; y: number }) =>
          p.x <= (asked.budgetMs ?? Infinity) && p.y >= (asked.accuracy ?? 0);
        const chosen = points.filter((point) => point.chosen);
        expect(chosen).toHaveLength(points.some(fits) ? 1 : 0);
        for (const pick of chosen) {
          expect(fits(pick)).toBe(true);
          const isBeaten = points.some(
            (p) => p.x <= pick.x && p.y >= pick.y && (p.x < pick.x || p.y > pick.y),
          );
          expect(isBeaten).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });
});
