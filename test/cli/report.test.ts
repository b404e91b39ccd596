import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseBenchFile } from '../../src/report/bench-file.ts';
import { nvidiaSmiStandIn, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { rcc } from '../helpers/cli.ts';
import { sampleBench } from '../report/sample-bench.ts';

const root = process.cwd();
const digits = resolve('examples/digits/digits.rn');
const pictures = resolve('examples/digits/test.zip');
const quick = ['--warm-up', '1', '--duration', '5', '--iterations', '3', '--threads', '1'];

const folder = mkdtempSync(join(tmpdir(), 'rcc-report-'));
beforeAll(() => process.chdir(folder));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
});

const read = (path: string): string => readFileSync(path, 'utf8');

describe('rcc report', () => {
  it('draws the published figures where nothing was measured, and says so', async () => {
    const { exitCode, stdout, stderr } = await rcc('report');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/nothing was measured yet[\s\S]*\nreport\/index\.html\n$/);
    expect(stderr).toContain('report of the published figures alone');
    expect(readdirSync('report').sort()).toEqual([
      'charts',
      'index.html',
      'report.json',
      'report.md',
      'tables',
    ]);
    expect(read('report/tables/accuracy.md')).toMatch(
      /\| resnet34_vd \|.* 7\.84 \(not as published\)/,
    );
    const charts = readdirSync('report/charts');
    expect(charts.filter((name) => name.endsWith('.svg'))).toHaveLength(17);
    expect(charts.filter((name) => name.endsWith('.png'))).toHaveLength(17);
  }, 60_000);

  it('drew the charts that the README shows', () => {
    const committed = join(root, 'docs/charts');
    const names = readdirSync(committed);
    expect(names).toHaveLength(2);
    for (const name of names) {
      expect(read(join(root, 'README.md'))).toContain(`(docs/charts/${name})`);
      expect(read(`report/charts/${name}`)).toBe(read(join(committed, name)));
    }
  });

  it('takes what rcc bench left, and keeps a processor’s figures out of GPU tables', async () => {
    const bench = await rcc('bench', digits, '--batch', '1,2', ...quick);
    expect(bench.exitCode).toBe(0);
    expect(bench.stdout).toMatch(/\nbuild\/bench\.json\n$/);
    const measured = parseBenchFile(read('build/bench.json'), 'build/bench.json').bench;
    expect(measured.rows.map(({ model, batch }) => [model, batch])).toEqual([
      ['digits', 1],
      ['digits', 2],
    ]);
    const report = await rcc('report', '--json');
    const { result } = JSON.parse(report.stdout);
    expect(result).toMatchObject({ page: 'report/index.html', benches: ['build/bench.json'] });
    expect(result.lede[0]).toMatch(/^2 measurements on /);
    const page = read('report/report.md');
    expect(page).toMatch(/## Measured on .* by ONNX Runtime/);
    for (const name of ['published-t4', 'published-v100']) {
      expect(read(`report/tables/${name}.csv`)).not.toMatch(/measured|ratio/);
    }
  }, 60_000);

  it('takes the accuracies of rcc eval', async () => {
    const evaluated = await rcc(
      'eval',
      digits,
      '--data',
      pictures,
      '--limit',
      '20',
      '-o',
      'e.json',
    );
    expect(evaluated.exitCode).toBe(0);
    const { accuracies, rows } = parseBenchFile(read('e.json'), 'e.json').bench;
    expect(rows).toEqual([]);
    expect(accuracies).toMatchObject([
      { model: 'digits', target: 'onnxruntime', precision: 'fp32', images: 20 },
    ]);
  }, 60_000);

  it('takes the audits and profiles of rcc compile', async () => {
    vi.stubEnv('NVIDIA_SMI', nvidiaSmiStandIn);
    const spec = ['compile', digits, '--fp16', '--no-verify', '-o', 'trt', '--batch', '4'];
    const target = ['--target', 'tensorrt', '--trtexec', trtexecStandIn, '--profile-layers'];
    const compiled = await rcc(...spec, ...target);
    expect(compiled.stderr).not.toContain('error');
    const { audits, profiles, rows } = parseBenchFile(read('trt/timing.json'), 'timing.json').bench;
    expect(rows.map(({ batch }) => batch)).toEqual([4]);
    expect(audits).toMatchObject([{ model: 'digits', target: 'tensorrt', fusedBlocks: 6 }]);
    expect(profiles).toMatchObject([{ model: 'digits', precision: 'fp16', batch: 4 }]);
    const report = await rcc(
      'report',
      'trt/timing.json',
      'e.json',
      '--against',
      'mmdeploy-t4',
      '-q',
    );
    expect(report).toMatchObject({ exitCode: 0, stderr: '' });
    expect(read('report/report.md')).toMatch(
      /## Which model[\s\S]*## Measured on[\s\S]*Accuracy measured[\s\S]*## Layers[\s\S]*## Is it fused\?[\s\S]*## Published[\s\S]*Latency on T4 by MMDeploy/,
    );
  }, 120_000);

  it('chooses within a budget and from an accuracy on', async () => {
    writeFileSync('empty.json', JSON.stringify(sampleBench([])));
    const headline = async (...argv: readonly string[]): Promise<string> => {
      const { stdout } = await rcc('report', 'empty.json', ...argv, '-o', 'chosen', '--json');
      return JSON.parse(stdout).result.answers[0].verdict.headline;
    };
    expect(await headline('--budget', '4.5ms')).toBe(
      'Within 4.5 ms take resnet34_vd_ssld FP16: 79.7 %, 4.22 ms for a batch of 4.',
    );
    expect(await headline('--accuracy', '82%')).toBe(
      'At 82 % or more take resnet50_vd_ssld_v2 FP16: 83.0 %, 4.84 ms for a batch of 4.',
    );
    expect(await headline('--accuracy', '82%', '--budget', '2')).toBe(
      'Nothing published is within 2 ms and at 82 % or more.',
    );
    const { stdout } = await rcc('report', 'empty.json', '-o', 'chosen');
    expect(stdout).toMatch(
      /\nT4, batch 4 \(\d+ more verdicts in the page\): Take resnet50_vd_ssld_v2/,
    );
    const wrong = await rcc('report', '--accuracy', '0.82');
    expect(wrong).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/percentage such as/),
    });
  }, 60_000);

  it.each([
    ['file-not-found', ['none.json']],
    ['result-file-invalid', ['broken.json']],
    ['unknown-baseline', ['--against', 'mmdeploy-t5']],
  ])('writes nothing on %s', async (code, argv) => {
    writeFileSync('broken.json', '{ "rows": 1 }');
    const { exitCode, stdout } = await rcc('report', ...argv, '-o', 'nothing', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code }]);
    expect(readdirSync('.')).not.toContain('nothing');
  });

  it('says what of it cannot be written', async () => {
    mkdirSync('taken/index.html', { recursive: true });
    const { exitCode, stderr } = await rcc('report', '-o', 'taken');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('file-unwritable');
  });
});
