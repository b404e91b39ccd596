import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { countCost } from '../../codegen/cost.ts';
import { buildReport, type ReportInputs } from '../../src/report/build-report.ts';
import { wideSize } from '../../src/report/charts/chart.ts';
import { chartInPage } from '../../src/report/charts/render-chart.ts';
import { readFigures } from '../../src/report/published.ts';
import type { Report } from '../../src/report/report.ts';
import { reportFiles } from '../../src/report/report-files.ts';
import type { Table } from '../../src/report/table.ts';
import { specOf } from '../helpers/specs.ts';
import { batchesSampleBench, fullSampleBench, sampleBench, sampleRow } from './sample-bench.ts';

const figures = await readFigures();

function build(inputs: Partial<ReportInputs> = {}): Report {
  return buildReport({
    figures,
    benches: [],
    against: [],
    costs: new Map(),
    createdAt: '2026-01-02T03:04:05Z',
    rcc: '0.0.0',
    ...inputs,
  });
}

const tablesOf = (report: Report): readonly Table[] =>
  report.sections.flatMap(({ tables }) => tables);

function tableOf(report: Report, id: string): Table {
  const table = tablesOf(report).find((item) => item.id === id);
  if (!table) throw new Error(`no table ${id} in ${tablesOf(report).map((item) => item.id)}`);
  return table;
}

function cellOf(table: Table, model: string, column: string) {
  const index = table.columns.findIndex(({ id }) => id === column);
  return table.rows.find((row) => row.model === model)?.cells[index];
}

const named = (path: string, ...rows: readonly ReturnType<typeof sampleRow>[]) => ({
  path,
  bench: sampleBench(rows),
});

describe('a report without measurements', () => {
  const report = build();

  it('says so and shows the published figures alone', () => {
    expect(report.lede[0]).toMatch(/nothing was measured/);
    expect(report.sections.map(({ id }) => id)).toEqual(['answer', 'overview', 'gpus']);
    const t4 = tableOf(report, 'published-t4');
    expect(t4.columns.some(({ id }) => id.includes('measured'))).toBe(false);
    expect(cellOf(t4, 'resnet50_vd', 'fp16-b4')).toMatchObject({ value: 4.84109, text: '4.84' });
  });

  it('has the four charts of the page', () => {
    const overview = report.sections.find(({ id }) => id === 'overview');
    const ids = overview?.charts.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([
        'published-flops',
        'published-params',
        'published-t4-fp32-b4',
        'published-t4-fp16-b4',
      ]),
    );
  });
});

describe('a report with measurements', () => {
  it('never sets a CPU beside T4 or V100', () => {
    const report = build({
      benches: [named('cpu.json', sampleRow({ model: 'resnet50_vd', ms: 30, batch: 4 }))],
    });
    for (const id of ['published-t4', 'published-v100']) {
      expect(tableOf(report, id).columns.some((column) => column.id.includes('measured'))).toBe(
        false,
      );
      expect(JSON.stringify(tableOf(report, id))).not.toContain('Sample CPU');
    }
    const own = tableOf(report, 'measured-sample-cpu-onnxruntime');
    expect(cellOf(own, 'resnet50_vd', 'median')).toMatchObject({ value: 30, refs: ['M1'] });
  });

  it('sets engines of one processor side by side in one table, with the spread of the speed-up', () => {
    const by = (target: string, ms: number) => ({
      ...sampleRow({ model: 'resnet50_vd', ms, spread: 0.1 }),
      target,
    });
    const report = build({ benches: [named('a.json', by('onnxruntime', 30), by('openvino', 15))] });
    const own = tableOf(report, 'measured-sample-cpu-onnxruntime-openvino');
    expect(own.title).toBe('Figures of Sample CPU by ONNX Runtime, OpenVINO');
    expect(own.rows.map(({ cells }) => cells[2]?.text)).toEqual(['ONNX Runtime', 'OpenVINO']);
    const sides = tableOf(report, 'engines-sample-cpu-b1');
    expect(sides.columns.map(({ id }) => id)).toEqual([
      'model',
      'onnxruntime',
      'openvino',
      'published',
    ]);
    expect(sides.rows[0]?.cells.map(({ text }) => text)).toEqual([
      'resnet50_vd FP32',
      '30.00',
      '15.00',
      '79.1 %',
    ]);
    expect(sides.rows[0]?.cells[2]?.note).toBe('2.00 ± 0.07 × faster');
    const chart = report.sections.find(({ id }) => id === 'engines')?.charts[0];
    expect(chart?.verdict?.sentences).toEqual([
      'resnet50_vd FP32 by OpenVINO is 2.00 ± 0.07 × faster than by ONNX Runtime.',
    ]);
    for (const id of ['published-t4', 'published-v100']) {
      expect(JSON.stringify(tableOf(report, id))).not.toMatch(/openvino|onnxruntime/);
    }
  });

  it('puts the answer first, then one’s own figures, then the published page', () => {
    const report = build({ benches: [{ path: 'sample.json', bench: fullSampleBench() }] });
    expect(report.sections.map(({ id }) => id)).toEqual([
      'answer',
      'device-sample-cpu-onnxruntime',
      'device-tesla-t4-tensorrt',
      'precisions',
      'evaluated',
      'layers',
      'audit',
      'overview',
      'gpus',
    ]);
  });

  it('spells published and measured models alike', () => {
    const report = build({ benches: [{ path: 'sample.json', bench: fullSampleBench() }] });
    const names = tablesOf(report).flatMap(({ rows }) =>
      rows.flatMap(({ model, cells }) => (model ? [[model, cells[0]?.text]] : [])),
    );
    expect(names.length).toBeGreaterThan(60);
    for (const [model, text] of names) expect(text).toBe(model);
  });

  it('shows the distribution of kept runs, and the range where there are none', () => {
    const samplesMs = Array.from({ length: 60 }, (_, i) => 10 + ((i * 7) % 11) / 10);
    const rows = [
      { ...sampleRow({ model: 'resnet18', ms: 10.5 }), samplesMs },
      sampleRow({ model: 'resnet50', ms: 20 }),
    ];
    const charts = build({ benches: [named('a.json', ...rows)] }).sections.flatMap(
      (section) => section.charts,
    );
    const chart = charts.find(({ kind }) => kind === 'ranges');
    if (chart?.kind !== 'ranges') throw new Error('no distributions');
    expect(chart.rows.map(({ density }) => density?.length)).toEqual([72, undefined]);
  });

  it('never takes a CPU called T4 for the GPU', () => {
    const row = sampleRow({ model: 'resnet50_vd', ms: 30 });
    const bench = sampleBench([{ ...row, device: { ...row.device, name: 'T4' } }]);
    const report = build({ benches: [{ path: 'x.json', bench }] });
    expect(tableOf(report, 'published-t4').columns.some(({ id }) => id.includes('ratio'))).toBe(
      false,
    );
  });

  it('sets what was measured on a T4 beside the published figure, with the ratio', () => {
    const row = sampleRow({
      model: 'resnet50_vd',
      ms: 2.4,
      device: 't4',
      precision: 'fp16',
      batch: 4,
    });
    const t4 = tableOf(build({ benches: [named('t4.json', row)] }), 'published-t4');
    expect(cellOf(t4, 'resnet50_vd', 'fp16-b4')).toMatchObject({ text: '4.84' });
    expect(cellOf(t4, 'resnet50_vd', 'fp16-b4-measured')).toMatchObject({
      value: 2.4,
      refs: ['M1'],
    });
    expect(cellOf(t4, 'resnet50_vd', 'fp16-b4-ratio')).toMatchObject({
      text: '0.50×',
      tone: 'good',
    });
    expect(cellOf(t4, 'resnet50', 'fp16-b4-measured')?.value).toBeNull();
    expect(t4.columns.filter(({ id }) => id.endsWith('-measured'))).toHaveLength(1);
  });

  it('leaves a published table as it is where other models were measured on its GPU', () => {
    const row = sampleRow({ model: 'digits', ms: 1, device: 't4', precision: 'fp16' });
    const report = build({ benches: [named('t4.json', row)] });
    const t4 = tableOf(report, 'published-t4');
    expect(t4.columns.some(({ id }) => id.endsWith('-measured'))).toBe(false);
    expect(t4.notes[0]).toMatch(/None of these models was measured on a T4/);
    expect(cellOf(tableOf(report, 'measured-tesla-t4-tensorrt'), 'digits', 'median')?.value).toBe(
      1,
    );
  });

  it('takes the last measurement of a cell and says where each comes from', () => {
    const row = (ms: number) =>
      sampleRow({ model: 'resnet18', ms, device: 't4', precision: 'fp16' });
    const report = build({ benches: [named('old.json', row(2)), named('new.json', row(1))] });
    expect(cellOf(tableOf(report, 'published-t4'), 'resnet18', 'fp16-b1-measured')).toMatchObject({
      value: 1,
      refs: ['M2'],
    });
    const files = report.provenance.flatMap(({ facts }) =>
      facts.filter(([name]) => name === 'file'),
    );
    expect(files.map(([, path]) => path)).toEqual(['old.json', 'new.json']);
  });

  it('marks a figure that was not stable', () => {
    const row = sampleRow({
      model: 'resnet18',
      ms: 1,
      device: 't4',
      precision: 'fp16',
      stable: false,
    });
    const t4 = tableOf(build({ benches: [named('a.json', row)] }), 'published-t4');
    expect(cellOf(t4, 'resnet18', 'fp16-b1-measured')?.note).toBe('unstable');
  });

  it('tells warnings that differ in numbers only once, with their range', () => {
    const row = (batch: number, ...warnings: readonly string[]) => ({
      ...sampleRow({ model: 'resnet18', ms: 10, batch }),
      warnings: [...warnings],
    });
    const bench = named(
      'a.json',
      row(1, 'The runs spread over 7.5 % of 3 ms.'),
      row(4, 'The runs spread over 12 % of 3 ms.', 'It was warm.'),
    );
    const source = build({ benches: [bench] }).provenance.find(({ id }) => id === 'M1');
    expect(source?.remarks).toEqual([
      'The runs spread over 7.5 to 12 % of 3 ms. (2 figures)',
      'It was warm.',
    ]);
  });

  it('names settings that differ beside each figure, under one source', () => {
    const row = (batch: number, threads: number) => ({
      ...sampleRow({ model: 'resnet18', ms: 10, batch }),
      settings: { threads, optimization: 'all' },
    });
    const report = build({ benches: [named('a.json', row(1, 1), row(4, 2))] });
    const own = tableOf(report, 'measured-sample-cpu-onnxruntime');
    expect(
      own.rows.map(({ cells }) => cells[own.columns.findIndex(({ id }) => id === 'threads')]?.text),
    ).toEqual(['1', '2']);
    expect(own.columns.some(({ id }) => id === 'optimization')).toBe(false);
    const sources = report.provenance.filter(({ id }) => id.startsWith('M'));
    expect(sources).toHaveLength(1);
    expect(sources[0]?.facts).toContainEqual(['threads', '1; 2']);
  });

  it('gives columns to eight settings that differ, however many there are', () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({
      ...sampleRow({ model: `m${i}`, ms: 2 }),
      settings: { threads: i, [`only${i}`]: i },
    }));
    const report = build({ benches: [named('a.json', ...rows)] });
    const columns = tableOf(report, 'measured-sample-cpu-onnxruntime').columns.map(({ id }) => id);
    expect(columns.filter((id) => id === 'threads' || id.startsWith('only'))).toHaveLength(8);
  });

  it('puts settings that differ behind all figures and what is said of them', () => {
    const rows = [1, 2].map((threads) => ({
      ...sampleRow({ model: `m${threads}`, ms: 2 }),
      settings: { threads },
      state: 'done' as const,
    }));
    const table = tableOf(
      build({ benches: [named('a.json', ...rows)] }),
      'measured-sample-cpu-onnxruntime',
    );
    expect(table.columns.map(({ id }) => id).slice(-3)).toEqual(['stable', 'state', 'threads']);
    expect(table.rows[1]?.cells.map(({ text }) => text).slice(-3)).toEqual(['yes', 'done', '2']);
  });

  it('says of each verdict which device, engine and batch it is of, in Markdown and on the page', () => {
    const report = build({ benches: [{ path: 'a.json', bench: batchesSampleBench() }] });
    const files = new Map([...reportFiles(report)].map(({ path, content }) => [path, content]));
    const [markdown, page] = [String(files.get('report.md')), String(files.get('index.html'))];
    const bullet = 'resnet18 in INT8 is 3.00';
    for (const batch of [1, 4]) {
      expect(markdown).toMatch(new RegExp(`\\nSample CPU, batch ${batch}:\\n\\n\\*\\*Take `));
      const place = `Sample CPU by OpenVINO, batch ${batch}`;
      expect(markdown).toContain(`\n${place}:\n\n- ${bullet}`);
      expect(page).toContain(`<p class="place">Sample CPU, batch ${batch}</p><p class="headline">`);
      expect(page).toContain(`<p class="place">${place}</p><ul>`);
    }
  });

  it('has hollow marks over batches for what was not steady, and says what they are', () => {
    const rows = [1, 4].map((batch) =>
      sampleRow({ model: 'resnet18', ms: 9 * batch, batch, stable: batch === 1 }),
    );
    const charts = build({ benches: [named('a.json', ...rows)] })
      .sections.flatMap((section) => section.charts)
      .filter(({ title }) => title.includes('against batch'));
    expect(charts).toHaveLength(2);
    for (const chart of charts) {
      const points = chart.kind === 'xy' ? chart.series.flatMap((each) => each.points) : [];
      expect(points.map(({ x, hollow }) => [x, hollow === true])).toEqual([
        [1, false],
        [4, true],
      ]);
      expect(points[1]?.detail).toMatch(/, unstable$/);
      expect(chartInPage(chart, wideSize).markup).toContain('>unstable</text>');
    }
  });

  it('writes a measured accuracy in one form everywhere', () => {
    const accuracies = [
      {
        model: 'digits',
        target: 'onnxruntime',
        precision: 'fp32' as const,
        dataset: 'test.zip',
        images: 400,
        top1: 0.9975,
        definition: 'Invented for a test.',
      },
    ];
    const rows = [1, 2].map((i) =>
      sampleRow({ model: 'digits', ms: i, precision: i === 1 ? 'fp32' : 'int8' }),
    );
    const report = build({
      benches: [{ path: 'a.json', bench: sampleBench(rows, { accuracies }) }],
    });
    const files = new Map([...reportFiles(report)].map(({ path, content }) => [path, content]));
    const markdown = String(files.get('report.md'));
    expect(markdown.match(/99\.[0-9]+/g)?.every((text) => text === '99.75')).toBe(true);
    expect(markdown.split('99.75').length - 1).toBeGreaterThanOrEqual(5);
    expect(String(files.get('index.html')).includes('99.8 %')).toBe(false);
  });

  it('offers what a section has several of, and shows batch 1 first', () => {
    const report = build({ benches: [{ path: 'a.json', bench: batchesSampleBench() }] });
    const pickerOf = (id: string) => report.sections.find((section) => section.id === id)?.picker;
    expect(pickerOf('device-sample-cpu-openvino')).toEqual({ precision: 'all', batch: 1 });
    expect(pickerOf('precisions')).toEqual({ device: 'Sample CPU', batch: 1 });
    expect(pickerOf('layers')).toEqual({
      device: 'Sample CPU',
      // The one that is recommended.
      model: 'resnet50_vd',
      precision: 'all',
      batch: 1,
    });
  });

  it('gives a kind of layer one colour and mark, whichever chart has it', () => {
    const report = build({ benches: [{ path: 'a.json', bench: batchesSampleBench() }] });
    const charts = report.sections.find(({ id }) => id === 'layers')?.charts ?? [];
    const series = charts.flatMap((chart) => (chart.kind === 'columns' ? chart.series : []));
    const pairs = new Set(series.map(({ name, style }) => `${name} ${style}`));
    expect([...pairs].toSorted()).toEqual(['convolution 0', 'gemm 4', 'pooling 1', 'quantize 3']);
  });

  it('leaves out percentiles that the runs are too few for', () => {
    const report = build({ benches: [{ path: 'a.json', bench: batchesSampleBench() }] });
    const table = tableOf(report, 'measured-sample-cpu-openvino');
    const textsAt = (batch: number) => {
      const row = table.rows.find((each) => each.batch === batch);
      return ['median', 'p90', 'p99'].map(
        (id) => row?.cells[table.columns.findIndex((column) => column.id === id)]?.text,
      );
    };
    expect(textsAt(1)).toEqual(['20.00', '20.40', '21.20']);
    expect(textsAt(4)).toEqual(['80.00', '–', '–']);
    expect(table.notes).toContain(
      'p90 needs 10 runs, p95 20 and p99 100: of fewer it would be the slowest run.',
    );
    const charts = report.sections.flatMap((section) => section.charts);
    const details = charts.flatMap((chart) =>
      chart.kind === 'ranges' && chart.batch === 4 ? chart.rows : [],
    );
    expect(details[0]?.detail).toBe('median 80.00, fastest 79.20, slowest 88.00 ms of 9 runs');
    expect(details[0]?.values).toEqual([1, undefined]);
  });

  it('says to which run a distribution is drawn', () => {
    const sources = (iterations: readonly number[]) => {
      const rows = iterations.map((count, i) => ({
        ...sampleRow({ model: `resnet${i}`, ms: 20 }),
        iterations: count,
      }));
      const report = build({ benches: [named('a.json', ...rows)] });
      const charts = report.sections.flatMap((section) => section.charts);
      return charts.flatMap(({ kind, source }) => (kind === 'ranges' ? [source] : []));
    };
    expect(sources([20, 120])).toEqual([expect.stringMatching(/, fastest run to p95$/)]);
    expect(sources([9, 19])).toEqual([expect.stringMatching(/, fastest to slowest run$/)]);
    expect(sources([9, 120])).toEqual([
      expect.stringMatching(/, fastest run to p95, or to the slowest where runs are few$/),
    ]);
  });

  it('tells audits that differ in their batch alone once', () => {
    const report = build({ benches: [{ path: 'a.json', bench: batchesSampleBench() }] });
    const table = tableOf(report, 'fusion-audit');
    const at = table.columns.findIndex(({ id }) => id === 'batches');
    expect(table.rows).toHaveLength(4);
    expect(table.rows.map(({ cells }) => cells[at]?.text)).toEqual(Array(4).fill('1, 4'));
    const twice = build({
      benches: ['a.json', 'b.json'].map((path) => {
        const bench = batchesSampleBench();
        return { path, bench: { ...bench, audits: bench.audits.toReversed() } };
      }),
    });
    const again = tableOf(twice, 'fusion-audit').rows;
    expect(again.map(({ cells }) => cells[at]?.text)).toEqual(Array(4).fill('1, 4'));
  });

  it('tells what stands below every table of a section once, in Markdown too', () => {
    const report = build({ benches: [{ path: 'a.json', bench: batchesSampleBench() }] });
    const files = new Map([...reportFiles(report)].map(({ path, content }) => [path, content]));
    const note = 'The sum of the layers is not the latency.';
    expect(String(files.get('report.md')).split(note)).toHaveLength(2);
    const alone = 'tables/layers-resnet18-sample-cpu-fp32-batch-1-openvino.md';
    expect(String(files.get(alone))).toContain(note);
  });

  it('tells the first findings of an audit and how many more there are', () => {
    const findings = Array.from({ length: 1000 }, (_, i) => `Finding ${i}.`);
    const [audit] = fullSampleBench().audits;
    const bench = sampleBench([], { audits: audit ? [{ ...audit, findings }] : [] });
    const report = build({ benches: [{ path: 'a.json', bench }] });
    const text = tableOf(report, 'fusion-audit').rows[0]?.cells.at(-1)?.text;
    expect(text).toMatch(/^Finding 0\. .* Finding 11\. And 988 more\.$/);
  });

  it('is refused where a page has no room for it', () => {
    const rows = Array.from({ length: 2001 }, () => sampleRow({ model: 'm', ms: 2 }));
    const twice = [named('a.json', ...rows), named('b.json', ...rows)];
    expect(() => build({ benches: twice })).toThrow(
      /report-too-large: A page cannot show 4002 measurements: it has room for 4000\./,
    );
    const [profile] = fullSampleBench().profiles;
    const layers = Array.from({ length: 20_001 }, () => ({ name: 'a', kind: 'conv', timeMs: 1 }));
    const bench = sampleBench([], { profiles: profile ? [{ ...profile, layers }] : [] });
    expect(() => build({ benches: [{ path: 'a.json', bench }] })).toThrow(/20001 layers/);
  });

  it('shows further baselines under their own name only when asked', () => {
    expect(tablesOf(build()).some(({ id }) => id === 'ppcls-2024-v100')).toBe(false);
    const report = build({ against: ['ppcls-2024-v100'] });
    expect(cellOf(tableOf(report, 'ppcls-2024-v100'), 'resnet50', 'fp32-b1')?.value).toBe(2.19);
    expect(cellOf(tableOf(report, 'published-v100'), 'resnet50', 'fp32-b1')?.value).toBe(2.54);
    expect(report.provenance.map(({ id }) => id)).toContain('B1');
  });

  it('sets rcc’s own count beside the published one', () => {
    const cost = countCost(lowerSpec(specOf()));
    const report = build({ costs: new Map([['resnet18', cost]]) });
    expect(cellOf(tableOf(report, 'accuracy'), 'resnet18', 'params-computed')).toMatchObject({
      tone: 'bad',
      note: 'not as published',
    });
  });
});

describe('the files of a report', () => {
  const report = build({
    benches: [{ path: 'sample.json', bench: fullSampleBench() }],
    against: ['mmdeploy-t4'],
  });
  const files = [...reportFiles(report)];

  it('have paths of their own', () => {
    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toEqual(
      expect.arrayContaining(['index.html', 'report.md', 'report.json', 'tables/accuracy.csv']),
    );
  });

  it('refer only to sources that are listed', () => {
    const known = new Set(report.provenance.map(({ id }) => id));
    const refs = tablesOf(report).flatMap(({ columns, rows }) => [
      ...columns.flatMap((column) => column.refs ?? []),
      ...rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.refs ?? [])),
    ]);
    expect(refs.filter((ref) => ref !== 'C' && !known.has(ref))).toEqual([]);
  });

  it('make one page that loads nothing', () => {
    const page = String(files.find(({ path }) => path === 'index.html')?.content);
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page).not.toMatch(/url\(|@import/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('are the same for the same input', () => {
    const again = [...reportFiles(report)];
    expect(again.map(({ content }) => content)).toEqual(files.map(({ content }) => content));
  });

  it('keep a model’s name from becoming markup', () => {
    const row = sampleRow({ model: '<script>alert(1)</script>', ms: 1 });
    const [page] = [...reportFiles(build({ benches: [named('"><b>.json', row)] }))];
    expect(String(page?.content).match(/<script>/g)).toHaveLength(1);
    expect(page?.content).not.toContain('<b>.json');
  });
});
