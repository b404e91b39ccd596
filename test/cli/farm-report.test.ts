import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedBench } from '../../src/report/bench-file.ts';
import { rcc } from '../helpers/cli.ts';
import { sampleBench } from '../report/sample-bench.ts';
import { farmBench, farmRow, standInFarm } from '../report/sample-farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-farm-report-'));
const at = (...parts: readonly string[]): string => join(folder, ...parts);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, { bench }: Pick<NamedBench, 'bench'>, file = 'bench.json'): void {
  mkdirSync(at(name), { recursive: true });
  writeFileSync(at(name, file), JSON.stringify(bench));
}

beforeAll(() => {
  write('farm', farmBench());
  write('try', standInFarm());
  write('artifact', { bench: sampleBench([farmRow({ model: 'resnet18', ms: 3 })]) }, 'timing.json');
  mkdirSync(at('empty'));
});

describe('rcc report of a farm', () => {
  it('takes its folder, and shows the plan', async () => {
    const { exitCode, stdout, stderr } = await rcc('report', at('farm'), '-o', at('page'));
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('stand-in');
    expect(stdout).toContain('1 of them is unstable');
    const page = readFileSync(at('page', 'report.md'), 'utf8');
    expect(page).toContain('## What was planned');
    expect(page).not.toContain('> **');
  }, 60_000);

  it("marks a stand-in's figures wherever they go", async () => {
    const argv = ['report', at('try'), at('artifact'), '-o', at('tried')];
    const { exitCode, stdout, stderr } = await rcc(...argv);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('figures-of-a-stand-in');
    expect(stdout).toMatch(/^2 figures are a stand-in's/);
    const report = JSON.parse(readFileSync(at('tried', 'report.json'), 'utf8'));
    expect(report.warning).toMatch(/may not be published/);
    expect(JSON.stringify(report.sections.slice(0, -1))).not.toMatch(/777|888/);
  }, 60_000);

  it('says what to do of a folder without figures', async () => {
    const { exitCode, stderr } = await rcc('report', at('empty'), '-o', at('none'));
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/bench-folder-empty[\s\S]*rcc farm collect/);
  });
});

describe('rcc compare of a farm', () => {
  it('judges what is trusted and warns of the rest', async () => {
    const { exitCode, stdout, stderr } = await rcc('compare', at('farm'), at('artifact'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/cells-missing[\s\S]*latency-regression/);
    expect(stdout).toContain(`No figure in ${at('farm', 'bench.json')}`);
  });

  it.each([
    ['between two files', () => [at('artifact'), at('try')]],
    ['against published figures', () => [at('try'), '--against', 'published:t4']],
  ])('neither passes nor fails by a stand-in, %s', async (_, argv) => {
    const { exitCode, stdout, stderr } = await rcc('compare', ...argv());
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nothing-judged');
    expect(stderr).not.toContain('latency-regression');
    expect(stdout).toContain('not judged');
  });

  it('skips in JUnit what it does not judge, with the reason', async () => {
    const { stdout } = await rcc('compare', at('farm'), at('try'), '--format', 'junit');
    expect(stdout).toMatch(/<skipped message="[^"]*stand-in/);
    expect(stdout).toMatch(/<skipped message="no figure in [^"]*: lost, because 5/);
    expect(stdout).not.toContain('<failure');
  });
});
