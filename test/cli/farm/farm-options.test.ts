import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nvidiaSmiStandIn, trtexecStandIn } from '../../engines/tensorrt/helpers.ts';
import { rccIn } from '../../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-farm-options-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const usual = {
  PATH: process.env.PATH ?? '',
  TRTEXEC: trtexecStandIn,
  NVIDIA_SMI: nvidiaSmiStandIn,
  RCC_CACHE_DIR: join(folder, 'cache'),
};
const cache = join(folder, 'shared');

/** `rcc farm …` where the stand-ins are told what to be. */
const rcc = (env: Readonly<Record<string, string>>, ...argv: readonly string[]) =>
  rccIn({ env: { ...usual, ...env } }, 'farm', ...argv);

async function planned(name: string): Promise<string> {
  const farm = join(folder, name);
  const what = ['--fp16', '--gpu', 't4', '--batches', '1', '--iterations', '40', '--duration', '0'];
  const argv = ['plan', 'examples/digits/digits.rn', ...what, '--cache', cache, '-o', farm];
  const { exitCode, stderr } = await rcc({}, ...argv);
  expect(exitCode, stderr).toBe(0);
  return farm;
}

const watched = (farm: string) => rcc({}, 'status', farm, '--watch', '--interval', '1');

describe('status --watch', () => {
  it('tells each change, and ends with the farm', async () => {
    const farm = await planned('watched');
    await rcc({ STAND_IN_DELAY_MS: '2500' }, 'run', farm, '--on', 'local');
    const { exitCode, stdout, stderr } = await watched(farm);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('1 cell: 1 running');
    expect(stdout).toContain('1 cell: 1 done');
  }, 120_000);

  it('does not wait for what nobody has submitted', async () => {
    const { exitCode, stdout } = await watched(await planned('idle'));
    expect(stdout).toContain('1 planned');
    expect(exitCode).toBe(5);
  });
});

describe('retry', () => {
  it('does what status says about a failure, and what run leaves alone', async () => {
    const farm = await planned('failing');
    await rcc({ STAND_IN_FAILURE: 'out-of-memory' }, 'run', farm, '--on', 'local');
    const failed = await watched(farm);
    expect(failed.stdout).toContain('1 failed');
    expect(failed.stdout).toContain('retry');
    expect(failed.exitCode).toBe(1);
    expect((await rcc({}, 'run', farm)).stdout).toContain('Nothing to submit: 1 failed');
    expect((await rcc({}, 'retry', farm, '--only', 'lost')).stdout).toContain('Nothing to submit');
    const again = await rcc({}, 'retry', farm, '--only', 'failed');
    expect(again.stdout).toContain('1 cell submitted to local');
    expect((await watched(farm)).exitCode).toBe(0);
  }, 120_000);
});

describe('plan --cache', () => {
  let farm = '';
  let result = '';

  beforeAll(async () => {
    farm = await planned('first');
    await rcc({}, 'run', farm, '--on', 'local');
    await watched(farm);
    await rcc({}, 'collect', farm);
    result = readdirSync(join(farm, 'results'))[0] ?? '';
  }, 120_000);

  it("never takes a stand-in's figures to other farms", async () => {
    expect(readdirSync(folder)).not.toContain('shared');
    expect((await rcc({}, 'status', await planned('second'))).stdout).toContain('1 planned');
  });

  it('takes what another farm has measured, and measures it no more', async () => {
    const text = readFileSync(join(farm, 'results', result), 'utf8');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, result), JSON.stringify({ ...JSON.parse(text), isStandIn: false }));
    const other = await planned('third');
    expect((await rcc({}, 'run', other)).stdout).toContain('Nothing to submit: 1 done');
    expect((await rcc({}, 'collect', other)).stdout).toContain('1 figure of 1 cells');
    expect(readdirSync(other)).not.toContain('kits');
  }, 60_000);
});

it('a deadline in hours is what sbatch is told, also for what is measured again', async () => {
  const farm = await planned('deadline');
  const lines = async (...argv: readonly string[]) =>
    (await rcc({}, 'run', farm, '--on', 'slurm', '--dry-run', ...argv)).stdout
      .split('\n')
      .filter((line) => line.startsWith('#SBATCH --deadline'));
  expect(await lines('--again')).toEqual(['#SBATCH --deadline=now+24hours']);
  expect(await lines('--again', '--deadline', '3')).toEqual(['#SBATCH --deadline=now+3hours']);
});
