/* What pipelines read of the commands that judge: --format. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, describe, expect, it } from 'vitest';
import { rcc, rccIn } from '../helpers/cli.ts';
import { sampleBench, sampleRow } from '../report/sample-bench.ts';
import { sarifMistakes } from './formats/sarif-schema.ts';
import { readJunit } from './formats/xml.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-formats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(name: string, ...ms: readonly number[]): string {
  const path = join(folder, `${name}.json`);
  const models = ['resnet18', 'resnet50'] as const;
  const rows = ms.map((each, index) => sampleRow({ model: models[index] ?? 'other', ms: each }));
  writeFileSync(path, JSON.stringify(sampleBench(rows)));
  return path;
}

const before = bench('before', 10, 20);
const slower = bench('slower', 12);
const layers = 'test/engines/audit/fixtures/trtexec-8.json';
const digits = 'examples/digits/digits.rn';
const wrong = 'test/cli/specs/wrong-params.rn';

const runs = [
  ['check', [wrong, digits, 'missing.rn'], 2],
  ['verify', [digits, '--target', 'onnxruntime', '--fp16', '--batch', '1,4', '--bisect'], 0],
  ['verify', [digits, '--target', 'onnxruntime', '--int8'], 2],
  ['audit', [layers, '--fp16'], 0],
  ['audit', [layers, '--int8'], 1],
  ['compare', [before, slower], 1],
  ['compare', [before], 2],
] as const;

async function junitOf(command: string, ...argv: readonly string[]) {
  const { stdout } = await rcc(command, ...argv, '--format', 'junit');
  const root = readJunit(stdout);
  const cases = root.children[0]?.children.filter(({ name }) => name === 'testcase') ?? [];
  const verdicts = cases.map(({ attributes, children }) => [
    attributes.name,
    children.find(({ name }) => name !== 'system-out')?.name ?? 'passed',
  ]);
  return { root, cases, verdicts };
}

describe.each(runs)('rcc %s %j', (command, argv, expected) => {
  it('ends alike in every format, and writes nothing else to stdout', async () => {
    const plain = await rcc(command, ...argv);
    expect(plain.exitCode, plain.stderr).toBe(expected);
    const sarif = await rcc(command, ...argv, '--format', 'sarif');
    expect(sarif.exitCode).toBe(expected);
    const log: Log = JSON.parse(sarif.stdout);
    expect(sarifMistakes(log)).toEqual([]);
    const errors = log.runs[0]?.results?.filter(({ level }) => level === 'error') ?? [];
    expect(errors.length > 0).toBe(expected !== 0);
    for (const { locations } of log.runs[0]?.results ?? []) expect(locations).toHaveLength(1);
    const { root } = await junitOf(command, ...argv);
    const { failures, errors: broken } = root.attributes;
    expect(Number(failures) + Number(broken) > 0).toBe(expected !== 0);
    const github = await rcc(command, ...argv, '--format', 'github');
    expect(github.exitCode).toBe(expected);
    for (const line of github.stdout.trimEnd().split('\n'))
      expect(line).toMatch(/^::(error|warning|notice) [^:]+::/);
    expect(github.stdout.startsWith('::error')).toBe(expected !== 0);
  }, 60_000);

  it('tells people on stderr what it tells without a format', async () => {
    const diagnosticsOf = (text: string): readonly string[] =>
      text.split('\n').filter((line) => /\[[a-z-]+\]$/.test(line));
    const plain = diagnosticsOf((await rcc(command, ...argv, '--quiet')).stderr);
    const told = await rcc(command, ...argv, '--format', 'junit', '--quiet');
    expect(diagnosticsOf(told.stderr)).toEqual(plain);
  }, 60_000);
});

describe('the cases of', () => {
  it('check are files, the figures that they expect and the files that they name', async () => {
    const { verdicts } = await junitOf('check', wrong, digits, 'missing.rn');
    expect(verdicts).toEqual([
      ['language', 'passed'],
      ['resnet18 params', 'failure'],
      ['language', 'passed'],
      ['digits params', 'passed'],
      ['digits weights', 'passed'],
      ['digits labels', 'passed'],
      ['digits reference', 'passed'],
      ['file-not-found', 'error'],
    ]);
  });

  it('check are failures of a file with mistakes', async () => {
    const path = join(folder, 'wrong.rn');
    writeFileSync(path, 'model wrong {\n  depth 19\n}\n');
    const { verdicts, cases } = await junitOf('check', path);
    expect(verdicts).toEqual([['language', 'failure']]);
    expect(cases[0]?.attributes.classname).toBe(path);
  });

  it('verify are each model, precision, batch and form', async () => {
    const argv = [digits, '--target', 'onnxruntime', '--fp32', '--fp16', '--batch', '1,4'];
    const { verdicts, cases } = await junitOf('verify', ...argv, '--bisect');
    expect(verdicts.every(([, verdict]) => verdict === 'passed')).toBe(true);
    expect(verdicts.map(([name]) => name)).toEqual([
      'digits fp32 model',
      'digits fp32 batch 1 logits',
      'digits fp32 batch 4 logits',
      'digits fp32 bisection, batch norms folded',
      'digits fp16 model',
      'digits fp16 batch 1 logits',
      'digits fp16 batch 4 logits',
      'digits fp16 emulated logits',
      'digits fp16 bisection, batch norms folded',
      'digits fp16 bisection, float16 weights',
      'digits fp16 bisection, float16 weights and activations',
    ]);
    expect(cases.filter(({ attributes }) => Number(attributes.time) > 0)).toHaveLength(4);
    expect(cases[1]?.text).toContain('The largest error is');
  });

  it('verify fail where the logits are others', async () => {
    const argv = [digits, '--input', 'examples/digits/reference.input.npy', '--fp32'];
    const other = join(folder, 'other.npy');
    const bytes = readFileSync('examples/digits/reference.logits.npy');
    bytes.writeFloatLE(100, bytes.length - 4);
    writeFileSync(other, bytes);
    const options = [...argv, '--logits', other, '--target', 'onnxruntime', '--batch', '1,4'];
    const { verdicts } = await junitOf('verify', ...options);
    expect(verdicts).toEqual([
      ['digits fp32 model', 'passed'],
      ['digits fp32 batch 1 logits', 'failure'],
      ['digits fp32 batch 4 logits', 'failure'],
    ]);
    const { stdout, exitCode } = await rcc('verify', ...options, '--format', 'github');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^::error file=examples\/digits\/digits\.rn,line=2,endLine=2,col=7,endColumn=12,title=verification-failed::/,
    );
  });

  it('audit are rules in groups of blocks, the same ones whatever is found', async () => {
    const good = await junitOf('audit', layers, '--fp16');
    const bad = await junitOf('audit', layers, '--int8');
    expect(bad.verdicts.map(([name]) => name)).toEqual(good.verdicts.map(([name]) => name));
    expect(good.verdicts).toContainEqual(['residual-fusion stage1', 'passed']);
    expect(bad.verdicts).toContainEqual(['residual-type stage1', 'failure']);
    expect(bad.verdicts).toContainEqual(['precision network', 'failure']);
    expect(bad.verdicts).toContainEqual(['tf32 network', 'passed']);
  });

  it('compare are latencies, and one that only one side has is skipped', async () => {
    const { cases, verdicts } = await junitOf('compare', before, slower);
    expect(verdicts).toEqual([
      ['resnet18 fp32 batch 1', 'failure'],
      ['resnet50 fp32 batch 1', 'skipped'],
    ]);
    expect(cases[0]?.attributes).toMatchObject({ classname: 'Sample CPU', time: '0.012000' });
    expect(cases[0]?.children[0]?.attributes.message).toMatch(
      /^slower: 10\.00 ms → 12\.00 ms \(\+20\.0 %/,
    );
  });
});

describe('--format', () => {
  it.each([
    ['gitlab', 'It must be one of github, junit, sarif.'],
    ['json', 'JSON is what --json prints.'],
  ])('that is none gives the list: %s', async (name, message) => {
    const { exitCode, stdout, stderr } = await rcc('check', digits, '--format', name);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('does not go with --json, which stays as it is', async () => {
    expect((await rcc('check', digits, '--format', 'sarif', '--json')).exitCode).toBe(2);
    const verified = await rcc('verify', digits, '--target', 'onnxruntime', '--json');
    expect(JSON.parse(verified.stdout).result[0]).not.toHaveProperty('batches');
    const audited = await rcc('audit', layers, '--fp16', '--json');
    expect(audited.stdout).not.toContain('"rule"');
  });

  it('adds a table to the summary of a GitHub job', async () => {
    const path = join(folder, 'summary.md');
    writeFileSync(path, 'earlier\n');
    const env = { GITHUB_STEP_SUMMARY: path };
    const argv = ['check', digits, '--format'];
    await rccIn({ env }, ...argv, 'junit');
    expect(readFileSync(path, 'utf8')).toBe('earlier\n');
    await rccIn({ env }, ...argv, 'github');
    const [, ...lines] = readFileSync(path, 'utf8').split('\n');
    expect(lines[0]).toBe('### rcc check');
    expect(lines).toContain('| examples/digits/digits.rn | language | passed |  |');
  });

  it('says where the summary cannot be written, after the annotations', async () => {
    const env = { GITHUB_STEP_SUMMARY: folder };
    const { exitCode, stdout, stderr } = await rccIn(
      { env },
      'check',
      digits,
      '--format',
      'github',
    );
    expect(stdout).toContain('::notice title=rcc check::5 of 5 passed');
    expect(stderr).toContain('file-unwritable');
    expect(exitCode).toBe(4);
  });

  it('tells of a run that cannot begin', async () => {
    const { verdicts } = await junitOf('compare', before);
    expect(verdicts).toEqual([['command-line', 'error']]);
  });

  it('keeps the notes of a run, which need not be told twice', async () => {
    const spec = join(folder, 'plain.rn');
    writeFileSync(
      spec,
      'model plain { block basic stages [1] widths [8] stem conv3 input 32 classes 5 }',
    );
    const argv = ['verify', spec, '--target', 'onnxruntime', '--format', 'sarif'];
    const { stdout, stderr } = await rcc(...argv);
    const log: Log = JSON.parse(stdout);
    const rules = log.runs[0]?.results?.map(({ ruleId }) => ruleId);
    expect(rules).toContain('weights-synthetic');
    expect(stderr.match(/weights-synthetic/g)).toHaveLength(1);
  });
});
