import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';
import { type SampleRow, sampleBench, sampleRow } from '../report/sample-bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(name: string, ...rows: readonly SampleRow[]): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(sampleBench(rows.map(sampleRow))));
  return path;
}

const before = bench('before', { model: 'resnet18', ms: 10 }, { model: 'resnet50', ms: 20 });
const slower = bench('slower', { model: 'resnet18', ms: 10.9 }, { model: 'resnet50', ms: 20 });
const noisy = bench('noisy', { model: 'resnet18', ms: 10.9, spread: 0.4 });
const t4 = { device: 't4', precision: 'fp16' } as const;
const onT4 = bench('t4', { model: 'resnet50', ms: 2, ...t4 });
const slowOnT4 = bench('slow-t4', { model: 'resnet50', ms: 4, ...t4 });

describe('rcc compare', () => {
  it('ends with 1 where a cell got slower, and prints Markdown for a pull request', async () => {
    const { exitCode, stdout, stderr } = await rcc('compare', before, slower);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('**1 of 2 cells slower** by more than 5.0 %');
    expect(stdout).toMatch(
      /\| resnet18 \| Sample CPU \| FP32 \| 1 \| 10\.00 \| 10\.90 \| \+9\.0 % \|/,
    );
    expect(stderr).toContain('latency-regression');
  });

  it.each([
    ['the threshold tolerates it', [before, slower, '--threshold', '10%']],
    ['it lies inside the noise', [before, noisy]],
    ['it got faster', [slower, before]],
  ])('ends with 0 where %s', async (_why, argv) => {
    expect(await rcc('compare', ...argv)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('judges one bench by published figures', async () => {
    const against = ['--against', 'published:t4'];
    const { exitCode, stdout } = await rcc('compare', onT4, ...against);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/## Latency: published:t4 → .*t4\.json/);
    expect((await rcc('compare', slowOnT4, ...against)).exitCode).toBe(1);
  });

  it('shows published figures beside two benches, and judges by the first bench', async () => {
    const argv = ['compare', slowOnT4, slowOnT4, '--against', 'published:t4', '--json'];
    const { exitCode, stdout } = await rcc(...argv);
    expect(exitCode).toBe(0);
    const { result } = JSON.parse(stdout);
    expect(result).toMatchObject([
      { cells: [{ verdict: 'same' }] },
      { before: 'published:t4', cells: [{ verdict: 'slower' }] },
    ]);
  });

  it.each([
    ['nothing-to-compare', [before, '--against', 'published:t4']],
    ['command-line', [before]],
    ['command-line', [before, slower, '--threshold', '0.05']],
    ['unknown-baseline', [before, slower, '--against', 'published:t5']],
    ['file-not-found', [before, join(folder, 'none.json')]],
  ])('%s ends with 2', async (code, argv) => {
    const { exitCode, stdout } = await rcc('compare', ...argv, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code }]);
  });
});
